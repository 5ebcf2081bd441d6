/** Product of a Hermitian matrix with a vector, from the lower triangle alone. */
import { sumsOf } from "./lanes";

/**
 * y ← A x for Hermitian A [n × n], of which only the lower triangle and the real part of the diagonal are
 * read.
 *
 * Every entry below the diagonal is loaded once and used for its own row and for the one that mirrors it. Two
 * rows at a time share what is loaded of x and y. Imaginary addresses of 0 mean real.
 */
export function hermitianProduct(
  ar: usize,
  ai: usize,
  aRow: i32,
  n: i32,
  xr: usize,
  xi: usize,
  yr: usize,
  yi: usize,
): void {
  if (ai != 0) complexProduct(ar, ai, <usize>aRow << 3, n, xr, xi, yr, yi);
  else realProduct(ar, <usize>aRow << 3, n, xr, yr);
}

function realProduct(a: usize, rowStep: usize, n: i32, x: usize, y: usize): void {
  let at: usize = 0;
  for (const end = <usize>(n & ~1) << 3; at < end; at += 16, a += 2 * rowStep) {
    realRows(a, a + rowStep, at, x, y);
    realDiagonal(a + at, a + at + rowStep, x + at, y + at);
  }
  if (n & 1) realRow(a, at, x, y);
}

/** The columns before the diagonal block of two rows; the sums of the two rows are stored at y + at. */
function realRows(p: usize, q: usize, at: usize, x: usize, y: usize): void {
  const mirrorP = v128.load64_splat(x + at);
  const mirrorQ = v128.load64_splat(x + at, 8);
  let sumP = f64x2.splat(0);
  let sumQ = f64x2.splat(0);
  const end = y + at;
  while (y < end) {
    const entries = v128.load(x);
    const entryP = v128.load(p);
    const entryQ = v128.load(q);
    sumP = f64x2.add(sumP, f64x2.mul(entryP, entries));
    sumQ = f64x2.add(sumQ, f64x2.mul(entryQ, entries));
    const mirrored = f64x2.add(f64x2.mul(entryP, mirrorP), f64x2.mul(entryQ, mirrorQ));
    v128.store(y, f64x2.add(v128.load(y), mirrored));
    x += 16;
    p += 16;
    q += 16;
    y += 16;
  }
  v128.store(y, sumsOf(sumP, sumQ));
}

/** y ← y + D x for the two rows p, q of a diagonal block. */
function realDiagonal(p: usize, q: usize, x: usize, y: usize): void {
  const first = load<f64>(x);
  const second = load<f64>(x, 8);
  const side = load<f64>(q);
  store<f64>(y, load<f64>(y) + load<f64>(p) * first + side * second);
  store<f64>(y, load<f64>(y, 8) + side * first + load<f64>(q, 8) * second, 8);
}

/** The last row where their number is odd. */
function realRow(a: usize, at: usize, x: usize, y: usize): void {
  const mirror = load<f64>(x + at);
  let sum: f64 = 0;
  for (let k: usize = 0; k < at; k += 8) {
    const entry = load<f64>(a + k);
    sum += entry * load<f64>(x + k);
    store<f64>(y + k, load<f64>(y + k) + entry * mirror);
  }
  store<f64>(y + at, sum + load<f64>(a + at) * mirror);
}

function complexProduct(
  ar: usize,
  ai: usize,
  rowStep: usize,
  n: i32,
  xr: usize,
  xi: usize,
  yr: usize,
  yi: usize,
): void {
  let at: usize = 0;
  for (const end = <usize>(n & ~1) << 3; at < end; at += 16, ar += 2 * rowStep, ai += 2 * rowStep) {
    complexRows(ar, ai, rowStep, at, xr, xi, yr, yi);
    complexDiagonal(ar + at, ai + at, rowStep, xr + at, xi + at, yr + at, yi + at);
  }
  if (n & 1) complexRow(ar, ai, at, xr, xi, yr, yi);
}

/** As {@link realRows}; row p is at pr and pi, row q follows. */
function complexRows(
  pr: usize,
  pi: usize,
  rowStep: usize,
  at: usize,
  xr: usize,
  xi: usize,
  yr: usize,
  yi: usize,
): void {
  const mirrorPr = v128.load64_splat(xr + at);
  const mirrorPi = v128.load64_splat(xi + at);
  const mirrorQr = v128.load64_splat(xr + at, 8);
  const mirrorQi = v128.load64_splat(xi + at, 8);
  let sumPr = f64x2.splat(0);
  let sumPi = f64x2.splat(0);
  let sumQr = f64x2.splat(0);
  let sumQi = f64x2.splat(0);
  let qr = pr + rowStep;
  let qi = pi + rowStep;
  const end = yr + at;
  while (yr < end) {
    const entriesRe = v128.load(xr);
    const entriesIm = v128.load(xi);
    let mirroredRe = v128.load(yr);
    let mirroredIm = v128.load(yi);
    let entry = v128.load(pr);
    sumPr = f64x2.add(sumPr, f64x2.mul(entry, entriesRe));
    sumPi = f64x2.add(sumPi, f64x2.mul(entry, entriesIm));
    mirroredRe = f64x2.add(mirroredRe, f64x2.mul(entry, mirrorPr));
    mirroredIm = f64x2.add(mirroredIm, f64x2.mul(entry, mirrorPi));
    entry = v128.load(pi);
    sumPr = f64x2.sub(sumPr, f64x2.mul(entry, entriesIm));
    sumPi = f64x2.add(sumPi, f64x2.mul(entry, entriesRe));
    mirroredRe = f64x2.add(mirroredRe, f64x2.mul(entry, mirrorPi));
    mirroredIm = f64x2.sub(mirroredIm, f64x2.mul(entry, mirrorPr));
    entry = v128.load(qr);
    sumQr = f64x2.add(sumQr, f64x2.mul(entry, entriesRe));
    sumQi = f64x2.add(sumQi, f64x2.mul(entry, entriesIm));
    mirroredRe = f64x2.add(mirroredRe, f64x2.mul(entry, mirrorQr));
    mirroredIm = f64x2.add(mirroredIm, f64x2.mul(entry, mirrorQi));
    entry = v128.load(qi);
    sumQr = f64x2.sub(sumQr, f64x2.mul(entry, entriesIm));
    sumQi = f64x2.add(sumQi, f64x2.mul(entry, entriesRe));
    v128.store(yr, f64x2.add(mirroredRe, f64x2.mul(entry, mirrorQi)));
    v128.store(yi, f64x2.sub(mirroredIm, f64x2.mul(entry, mirrorQr)));
    xr += 16;
    xi += 16;
    yr += 16;
    yi += 16;
    pr += 16;
    pi += 16;
    qr += 16;
    qi += 16;
  }
  v128.store(yr, sumsOf(sumPr, sumQr));
  v128.store(yi, sumsOf(sumPi, sumQi));
}

/** As {@link realDiagonal}. */
function complexDiagonal(
  dr: usize,
  di: usize,
  rowStep: usize,
  xr: usize,
  xi: usize,
  yr: usize,
  yi: usize,
): void {
  const ar = load<f64>(xr);
  const ai = load<f64>(xi);
  const br = load<f64>(xr, 8);
  const bi = load<f64>(xi, 8);
  const first = load<f64>(dr);
  const sideRe = load<f64>(dr + rowStep);
  const sideIm = load<f64>(di + rowStep);
  const second = load<f64>(dr + rowStep, 8);
  store<f64>(yr, load<f64>(yr) + first * ar + sideRe * br + sideIm * bi);
  store<f64>(yi, load<f64>(yi) + first * ai + sideRe * bi - sideIm * br);
  store<f64>(yr, load<f64>(yr, 8) + sideRe * ar - sideIm * ai + second * br, 8);
  store<f64>(yi, load<f64>(yi, 8) + sideRe * ai + sideIm * ar + second * bi, 8);
}

/** As {@link realRow}. */
function complexRow(ar: usize, ai: usize, at: usize, xr: usize, xi: usize, yr: usize, yi: usize): void {
  const mirrorRe = load<f64>(xr + at);
  const mirrorIm = load<f64>(xi + at);
  let sumRe: f64 = 0;
  let sumIm: f64 = 0;
  for (let k: usize = 0; k < at; k += 8) {
    const re = load<f64>(ar + k);
    const im = load<f64>(ai + k);
    const entryRe = load<f64>(xr + k);
    const entryIm = load<f64>(xi + k);
    sumRe += re * entryRe - im * entryIm;
    sumIm += re * entryIm + im * entryRe;
    store<f64>(yr + k, load<f64>(yr + k) + (re * mirrorRe + im * mirrorIm));
    store<f64>(yi + k, load<f64>(yi + k) + (re * mirrorIm - im * mirrorRe));
  }
  const diagonal = load<f64>(ar + at);
  store<f64>(yr + at, sumRe + diagonal * mirrorRe);
  store<f64>(yi + at, sumIm + diagonal * mirrorIm);
}
