/** Group `kernels`: complex data, our kernel and the NumPy expression in turn, and the share of the machine's peak. */
import { type Room, roomSteps } from "../src/kernels/room.js";
import { type Allocate, prepareKernel } from "./kernels.js";
import type { Benchmark, Row } from "./row.js";
import type { Session } from "./session.js";
import { formatSize } from "./table.js";
import { alternate, batchOf } from "./timing.js";

const secondsPerSide = 0.4;

/**
 * What is timed at which sizes, and the real operations it is counted as: 8 for a complex multiplication with an
 * addition. Of `eigh` and `svd`, which iterate, it is the usual count of LAPACK's way: reduction to a (tri- or
 * bidiagonal) matrix, its decomposition by divide and conquer, and the back-transformation of the vectors.
 */
interface Kernel<Size> {
  readonly name: string;
  readonly sizes: readonly Size[];
  readonly flops: (size: Size) => number;
  readonly prepare: (size: Size, allocate: Allocate) => () => unknown;
}

type Square = { readonly n: number };

const upTo512: readonly Square[] = [32, 64, 128, 256, 512].map((n) => ({ n }));
const upTo256 = upTo512.filter(({ n }) => n <= 256);

function squareKernel(
  name: Exclude<keyof typeof prepareKernel, "fft" | "sbl-iteration">,
  flops: (n: number) => number,
  sizes = upTo512,
): Benchmark {
  return benchmark({
    name,
    sizes,
    flops: ({ n }) => flops(n),
    prepare: prepareKernel[name],
  });
}

export const kernelBenchmarks: readonly Benchmark[] = [
  squareKernel("gemm-adjoint", (n) => 8 * n ** 3),
  // n × 2n, half of a Hermitian matrix.
  squareKernel("weighted-rank-k", (n) => 8 * n ** 3),
  squareKernel("cholesky", (n) => (4 / 3) * n ** 3),
  squareKernel("hpd-inverse", (n) => 4 * n ** 3),
  // 16/3 n³ to reduce, 8/3 n³ (real) to decompose, 8 n³ to transform back.
  squareKernel("eigh", (n) => 16 * n ** 3),
  // 32/3 n³ to reduce, 16/3 n³ (real) to decompose, 8 n³ to transform back on either side.
  squareKernel("svd", (n) => 32 * n ** 3, upTo256),
  squareKernel("gemv", (n) => 8 * n ** 2),
  squareKernel("gemv-adjoint", (n) => 8 * n ** 2),
  benchmark({
    name: "fft",
    sizes: [64, 256, 1024].map((n) => ({ n, batch: 64 })),
    flops: ({ n, batch }) => 5 * n * Math.log2(n) * batch,
    prepare: prepareKernel.fft,
  }),
  benchmark({
    name: "sbl-iteration",
    sizes: [32, 64, 128].map((rows) => ({ rows, columns: 4 * rows })),
    // Covariance and the whitening of the dictionary, 4 M² N each; the factor; two products with a vector.
    flops: ({ rows, columns }) => 8 * rows ** 2 * columns + (4 / 3) * rows ** 3 + 16 * rows * columns,
    prepare: prepareKernel["sbl-iteration"],
  }),
];

function benchmark<Size extends Row["size"]>({ name, sizes, flops, prepare }: Kernel<Size>): Benchmark {
  return {
    group: "kernels",
    name,
    async *run(session) {
      for (const size of sizes) {
        const steps = roomSteps("bench", holdRoom);
        const room = steps.next().value as Room;
        try {
          const call = prepare(size, (count, real) => room.planar(count, real));
          yield await kernelRow(session, name, size, flops(size), call);
        } finally {
          steps.return();
        }
      }
    },
  };
}

/** Holds the operands of a kernel until the iterator is closed. */
function* holdRoom(room: Room): Generator<Room, void, undefined> {
  yield room;
}

async function kernelRow(
  session: Session,
  name: string,
  size: Row["size"],
  flops: number,
  run: () => unknown,
): Promise<Row> {
  const peak = await session.peak();
  const yardstick = await session.yardstick();
  session.progress(`${name} ${formatSize(size)}`);
  const numpyBatch = await yardstick?.prepare(name, size);
  const ours = batchOf(run);
  const sides = numpyBatch === undefined ? [ours] : [ours, numpyBatch];
  const [seconds, numpySeconds] = await alternate(sides, secondsPerSide);
  const ratio = numpySeconds === undefined ? Number.NaN : numpySeconds / seconds;
  return {
    group: "kernels",
    name,
    size,
    seconds,
    gflops: flops / seconds / 1e9,
    peakShare: flops / seconds / peak,
    ...(Number.isNaN(ratio) ? {} : { ratioToNumpy: ratio }),
  };
}
