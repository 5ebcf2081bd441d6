import { type Planar, planar } from "../src/complex/planar.js";
import { multiplyInto } from "../src/complex/products.js";
import { choleskyInPlace } from "../src/linalg/cholesky-kernel.js";
import { inverseFromFactor } from "../src/linalg/hermitian-inverse-kernel.js";
import { createSvdWorkspace, svdInto } from "../src/linalg/svd.js";
import { randomStream } from "../src/random/index.js";
import { measure } from "./measure.js";
import type { Benchmark, Row } from "./row.js";

const sizes = [32, 64, 128, 256];

function randomPlanar(size: number, real: boolean): Planar {
  const stream = randomStream("bench", size);
  return real ? { re: stream.normals(size) } : { re: stream.normals(size), im: stream.normals(size) };
}

/** A Hermitian positive definite matrix. */
function positiveDefinite(n: number, real: boolean): Planar {
  const a = randomPlanar(n * n, real);
  const c = planar(n * n, real);
  multiplyInto(c, "plain", a, "adjoint", a, n, n, n);
  for (let i = 0; i < n; i++) c.re[i * (n + 1)] += n;
  return c;
}

function copyInto(to: Planar, from: Planar): void {
  to.re.set(from.re);
  if (from.im !== undefined) to.im?.set(from.im);
}

function kernel(
  name: string,
  flops: (n: number) => number,
  prepare: (n: number, real: boolean) => () => unknown,
): Benchmark {
  return {
    group: "kernels",
    name,
    *run(): Iterable<Row> {
      for (const n of sizes) {
        for (const real of [0, 1]) {
          const seconds = measure(prepare(n, real === 1), 0.4);
          const gflops = (flops(n) * (real ? 1 : 4)) / seconds / 1e9;
          yield { group: "kernels", name, size: { n, real }, seconds, gflops };
        }
      }
    },
  };
}

export const kernelBenchmarks: readonly Benchmark[] = [
  kernel(
    "gemm-adjoint",
    (n) => 2 * n ** 3,
    (n, real) => {
      const [a, b, c] = [randomPlanar(n * n, real), randomPlanar(n * n, real), planar(n * n, real)];
      return () => multiplyInto(c, "adjoint", a, "plain", b, n, n, n);
    },
  ),
  kernel(
    "cholesky",
    (n) => n ** 3 / 3,
    (n, real) => {
      const [a, work] = [positiveDefinite(n, real), planar(n * n, real)];
      return () => {
        copyInto(work, a);
        choleskyInPlace(work, n);
      };
    },
  ),
  kernel(
    "hpd-inverse",
    (n) => n ** 3,
    (n, real) => {
      const [a, work] = [positiveDefinite(n, real), planar(n * n, real)];
      return () => {
        copyInto(work, a);
        choleskyInPlace(work, n);
        inverseFromFactor(work, n, work);
      };
    },
  ),
  kernel(
    "svd",
    (n) => 12 * n ** 3,
    (n, real) => {
      const [a, u, v] = [randomPlanar(n * n, real), planar(n * n, real), planar(n * n, real)];
      const [s, workspace] = [new Float64Array(n), createSvdWorkspace(n, n, real)];
      return () => svdInto(a, n, n, u, s, v, workspace);
    },
  ),
];
