/** How the triangular algorithms see a triangle. */
import { groupSteps } from "./block-sizes";
import { imaginaryAt } from "./imaginary";

/** Reciprocals of the pivots of a block, whose strips have no more steps than a group. */
const pivotsRe: usize = memory.data(8 * groupSteps, 16);
const pivotsIm: usize = memory.data(8 * groupSteps, 16);

/**
 * A triangle T, always seen as a lower one. An upper one, or the transpose of a lower one, becomes lower when
 * its rows and columns are taken in reverse order: it begins with its last entry, its steps are negative and
 * right-hand sides are reversed. Where the conjugate of the stored entries is meant, right-hand sides are
 * conjugated instead.
 */
@unmanaged
export class Triangle {
  size: i32;
  /** Addresses of the first entry; the imaginary one is 0 if T is real. */
  re: usize;
  im: usize;
  /** Bytes from row to row and from column to column. */
  rowStep: usize;
  columnStep: usize;
  reversed: bool;
  /** The sign that imaginary parts of right-hand sides get on their way into a strip. */
  sign: f64;
  /** Addresses of the reciprocals of the pivots; the imaginary one is 0 if they are real. */
  inverseRe: usize;
  inverseIm: usize;

  /** The lower triangle stored at lr and li, or its conjugate. */
  setLower(lr: usize, li: usize, rowStep: usize, n: i32, conjugated: bool): void {
    this.set(lr, li, rowStep, 8, n, conjugated, false);
  }

  /** The transpose of the lower triangle stored at lr and li, or its adjoint. */
  setTransposed(lr: usize, li: usize, rowStep: usize, n: i32, conjugated: bool): void {
    const last = <usize>(n - 1) * (rowStep + 8);
    this.set(lr + last, imaginaryAt(li, last), -8, -rowStep, n, conjugated, true);
  }

  /** The upper triangle stored at rr and ri. */
  setUpper(rr: usize, ri: usize, rowStep: usize, n: i32): void {
    const last = <usize>(n - 1) * (rowStep + 8);
    this.set(rr + last, imaginaryAt(ri, last), -rowStep, -8, n, false, true);
  }

  set(
    re: usize,
    im: usize,
    rowStep: usize,
    columnStep: usize,
    n: i32,
    conjugated: bool,
    reversed: bool,
  ): void {
    this.size = n;
    this.re = re;
    this.im = im;
    this.rowStep = rowStep;
    this.columnStep = columnStep;
    this.reversed = reversed;
    this.sign = conjugated ? -1 : 1;
    this.inverseRe = pivotsRe;
    this.inverseIm = 0;
  }

  /** Computes the reciprocals of the real parts of the pivots. */
  invertPivots(): void {
    const step = this.rowStep + this.columnStep;
    let from = this.re;
    let to = this.inverseRe;
    for (const end = to + (<usize>this.size << 3); to < end; to += 8, from += step) {
      store<f64>(to, 1 / load<f64>(from));
    }
  }

  /**
   * Computes the reciprocals of complex pivots; divided by the larger part first, so that nothing is squared.
   */
  invertComplexPivots(): void {
    if (this.im == 0) {
      this.invertPivots();
      return;
    }
    this.inverseIm = pivotsIm;
    const step = this.rowStep + this.columnStep;
    for (let i = 0; i < this.size; i++) {
      const re = load<f64>(this.re + <usize>i * step);
      const im = load<f64>(this.im + <usize>i * step);
      const mostlyReal = abs(re) >= abs(im);
      const ratio = mostlyReal ? im / re : re / im;
      const divisor = mostlyReal ? re + im * ratio : im + re * ratio;
      store<f64>(this.inverseRe + (<usize>i << 3), (mostlyReal ? 1 : ratio) / divisor);
      store<f64>(pivotsIm + (<usize>i << 3), -(mostlyReal ? ratio : 1) / divisor);
    }
  }
}

/** The triangle at hand. */
export const triangle: Triangle = changetype<Triangle>(memory.data(offsetof<Triangle>(), 16));
