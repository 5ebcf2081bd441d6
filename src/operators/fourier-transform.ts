import { webAssembly } from "../kernels/backend.js";
import { fourierTable, fourierTransform as transformByKernel } from "../kernels/fourier.js";
import type { Planar } from "../kernels/planar.js";
import { rootsOfUnity } from "./roots-of-unity.js";
import { type RowTransform, rowTransform } from "./row-transform.js";

/** The plain discrete Fourier transform of one length, X_k = Σ_m x_m e^{−j2πkm/n}, on interleaved data. */
export interface FourierTransform {
  /** Real multiplications and additions of one transform, as commonly counted: 5 n log2 n. */
  readonly flops: number;
  readonly bytes: number;
  /**
   * out ← the transforms of `batch` rows that follow each other; x is left as it is.
   *
   * @param x - 2 n numbers for each row, real and imaginary parts in turn
   */
  transform(x: Planar, out: Planar, batch: number): void;
}

/** A transform of any length n ≥ 1 in O(n log n) time and memory. */
export function fourierTransform(n: number): FourierTransform {
  const flops = 5 * n * Math.log2(n);
  const arena = webAssembly();
  const table = arena === null ? undefined : fourierTable(arena, n, rootsOfUnity);
  let rows: RowTransform | undefined = table === undefined ? rowTransform(n) : undefined;
  return {
    flops,
    get bytes() {
      return (table?.re.byteLength ?? 0) + (rows?.bytes ?? 0);
    },
    transform(x, out, batch) {
      const present = webAssembly();
      if (present !== null && table !== undefined) {
        transformByKernel(present, n, table, batch, x, out);
        return;
      }
      rows ??= rowTransform(n);
      for (let row = 0; row < batch; row++) {
        const [from, to] = [2 * n * row, 2 * n * (row + 1)];
        rows.transform(x.re.subarray(from, to), out.re.subarray(from, to));
      }
    },
  };
}
