/** Reduction of a matrix to a real upper bidiagonal one. */
import { imaginaryAt } from "./imaginary";
import { sumOf } from "./lanes";
import { multiplyRows, reflectRowsTwice } from "./reflection-passes";
import {
  complexPair,
  finishProjection,
  realPair,
  recordBytes,
  recordOf,
  subtractProjection,
} from "./reflection-records";
import { completeVector, makeReflector } from "./reflectors";

/** The bytes of the work area of {@link reduceToBidiagonal}. */
export function bidiagonalWork(m: i32, n: i32, real: bool): i32 {
  return <i32>recordBytes(n, real) + ((real ? m : 2 * m) << 3);
}

/**
 * A = Q B P^H with real upper bidiagonal B for an m × n matrix A, m ≥ n; Q = H_0 H_1 … and P = G_0 G_1 … are
 * products of Householder reflections from columns and from rows. Step i takes A to
 *
 *   H_i^H A G_i = A − v y^T − x w^T with H_i = I − τ v v^H, G_i = I − σ u u^H,
 *   y = τ* (v^H A)^T, x = σ (A − v y^T) u, w = u*.
 *
 * This update waits until the next step reads the matrix for its v^H A. So a step reads what remains of the
 * matrix twice and writes it once, without the products with panels that a blocked reduction needs.
 *
 * Rows of A start at an address divisible by 16 and are padded by a zero if n is odd. Row i of A is
 * overwritten by u_i and row i of V [n × m] is v_i, each with its zeros and its one written out.
 *
 * Sources: G. H. Golub and W. Kahan, Calculating the singular values and pseudo-inverse of a matrix, SIAM J.
 * Numer. Anal. 2 (1965); J. J. Dongarra, D. C. Sorensen and S. J. Hammarling, Block reduction of matrices to
 * condensed forms for eigenvalue computations, J. Comput. Appl. Math. 27 (1989).
 *
 * @param diagonal - filled with the n diagonal entries of B
 * @param above - filled with the n − 1 entries above the diagonal
 * @param leftTaus - filled with n pairs (re, im), the τ_i
 * @param rightTaus - filled with n − 1 pairs, the σ_i
 */
export function reduceToBidiagonal(
  ar: usize,
  ai: usize,
  aRow: i32,
  m: i32,
  n: i32,
  diagonal: usize,
  above: usize,
  vr: usize,
  vi: usize,
  vRow: i32,
  leftTaus: usize,
  rightTaus: usize,
  work: usize,
): void {
  const real = ai == 0;
  const rowStep = <usize>aRow << 3;
  const vectorStep = <usize>vRow << 3;
  const end = work + recordBytes(n, real);
  memory.fill(work, 0, bidiagonalWork(m, n, real));
  // x and p, the v of the last step, from the diagonal on. At first, there is no last step: both are zero.
  let xr = end;
  let xi: usize = real ? 0 : xr + (<usize>m << 3);
  let pr = xr;
  let pi = xi;
  for (let i = 0; i < n; i++) {
    const rest = m - i;
    const head = <usize>i << 3;
    const hr = vr + head;
    const hi = imaginaryAt(vi, head);
    const record = recordOf(work, i, real);
    loadColumn(ar + head, imaginaryAt(ai, head), rowStep, rest, pr, pi, xr, xi, record, hr, hi);
    store<f64>(diagonal + head, makeReflector(hr, hi, rest, leftTaus));
    completeVector(vr, vi, i);
    if (i == n - 1) return;

    // Passes start with an even column: that of the head of u, or the one before it, which is done with.
    const even = (i + 1) & ~1;
    const from = <usize>even << 3;
    const pairs = recordOf(work, even, real);
    const re = ar + from;
    const im = imaginaryAt(ai, from);
    reflectRowsTwice(re, im, rowStep, rest, pr, pi, xr, xi, hr, hi, pairs, end);
    finishProjection(pairs, end, real, leftTaus, true);
    subtractProjection(re, im, pairs, end);

    const bytes = <usize>((n + 1 - even) & ~1) << 3;
    if (!real) negate(im, bytes);
    const u = head + 8;
    store<f64>(above + head, makeReflector(ar + u, imaginaryAt(ai, u), n - i - 1, rightTaus));
    completeVector(ar, ai, i + 1);
    xr += 8;
    xi = imaginaryAt(xi, 8);
    multiplyRows(re + rowStep, imaginaryAt(im, rowStep), rowStep, rest - 1, re, im, bytes, xr, xi);
    pr = hr + 8;
    pi = imaginaryAt(hi, 8);
    finishColumn(rest - 1, re, im, pairs, end, rightTaus, pr, pi, xr, xi);

    ar += rowStep;
    ai = imaginaryAt(ai, rowStep);
    vr += vectorStep;
    vi = imaginaryAt(vi, vectorStep);
    leftTaus += 16;
    rightTaus += 16;
  }
}

/** h ← a − p y − x w for the column of A that is reflected next. */
function loadColumn(
  ar: usize,
  ai: usize,
  rowStep: usize,
  length: i32,
  pr: usize,
  pi: usize,
  xr: usize,
  xi: usize,
  record: usize,
  hr: usize,
  hi: usize,
): void {
  const last = <usize>length << 3;
  const y = load<f64>(record);
  if (ai == 0) {
    const w = load<f64>(record, 32);
    for (let i: usize = 0; i < last; i += 8, ar += rowStep) {
      store<f64>(hr + i, load<f64>(ar) - (load<f64>(pr + i) * y + load<f64>(xr + i) * w));
    }
    return;
  }
  const yIm = load<f64>(record, 16);
  const w = load<f64>(record, 64);
  const wIm = load<f64>(record, 80);
  for (let i: usize = 0; i < last; i += 8, ar += rowStep, ai += rowStep) {
    const p = load<f64>(pr + i);
    const pIm = load<f64>(pi + i);
    const x = load<f64>(xr + i);
    const xIm = load<f64>(xi + i);
    store<f64>(hr + i, load<f64>(ar) - (p * y - pIm * yIm) - (x * w - xIm * wIm));
    store<f64>(hi + i, load<f64>(ai) - (p * yIm + pIm * y) - (x * wIm + xIm * w));
  }
}

function negate(x: usize, bytes: usize): void {
  for (let end = x + bytes; x < end; x += 16) v128.store(x, f64x2.neg(v128.load(x)));
}

/** w ← u*, and x ← σ (x − v y^T u), where x is A u. */
function finishColumn(
  length: i32,
  ur: usize,
  ui: usize,
  pair: usize,
  end: usize,
  sigma: usize,
  vr: usize,
  vi: usize,
  xr: usize,
  xi: usize,
): void {
  const sr = load<f64>(sigma);
  const si = load<f64>(sigma, 8);
  const last = <usize>length << 3;
  if (ui == 0) {
    let sum = f64x2.splat(0);
    for (; pair < end; pair += realPair, ur += 16) {
      const u = v128.load(ur);
      sum = f64x2.add(sum, f64x2.mul(u, v128.load(pair)));
      v128.store(pair, u, 32);
    }
    const product = sumOf(sum);
    for (let i: usize = 0; i < last; i += 8) {
      store<f64>(xr + i, sr * (load<f64>(xr + i) - product * load<f64>(vr + i)));
    }
    return;
  }
  let re = f64x2.splat(0);
  let im = f64x2.splat(0);
  for (; pair < end; pair += complexPair, ur += 16, ui += 16) {
    const a = v128.load(ur);
    const b = v128.load(ui);
    const yr = v128.load(pair);
    const yi = v128.load(pair, 16);
    re = f64x2.add(re, f64x2.sub(f64x2.mul(yr, a), f64x2.mul(yi, b)));
    im = f64x2.add(im, f64x2.add(f64x2.mul(yr, b), f64x2.mul(yi, a)));
    v128.store(pair, a, 64);
    v128.store(pair, f64x2.neg(b), 80);
  }
  const tr = sumOf(re);
  const ti = sumOf(im);
  for (let i: usize = 0; i < last; i += 8) {
    const v = load<f64>(vr + i);
    const vIm = load<f64>(vi + i);
    const x = load<f64>(xr + i) - (v * tr - vIm * ti);
    const xIm = load<f64>(xi + i) - (v * ti + vIm * tr);
    store<f64>(xr + i, sr * x - si * xIm);
    store<f64>(xi + i, sr * xIm + si * x);
  }
}
