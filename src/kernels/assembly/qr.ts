/** QR factorisation of a tall matrix. */
import { applyReflectors, applyReflectorsWork } from "./apply-reflectors";
import { imaginaryAt } from "./imaginary";
import { reflectRows } from "./reflection-passes";
import { finishProjection, recordBytes, recordOf, subtractProjection } from "./reflection-records";
import { completeVector, makeReflector } from "./reflectors";

/** Columns that are reflected one by one before the others follow; even. */
const panel: i32 = 32;

/** The bytes of the work area of {@link factorQr}. */
export function qrWork(n: i32, real: bool): i32 {
  return max(<i32>recordBytes(panel, real), applyReflectorsWork(n, real));
}

/**
 * A = Q R for an m × n matrix A, m ≥ n; Q = H_0 H_1 … with Householder reflections H_i = I − τ_i v_i v_i^H.
 *
 * R takes the place of the upper triangle of A, what is below it is destroyed. Row i of V [n × m] is v_i with
 * its zeros and its one written out. Rows of A start at an address divisible by 16 and are padded by a zero
 * if n is odd.
 *
 * @param taus - filled with n pairs (re, im)
 */
export function factorQr(
  ar: usize,
  ai: usize,
  aRow: i32,
  m: i32,
  n: i32,
  vr: usize,
  vi: usize,
  vRow: i32,
  taus: usize,
  work: usize,
): void {
  for (let first = 0; first < n; first += panel) {
    const next = min(n, first + panel);
    factorPanel(ar, ai, aRow, m, first, next, vr, vi, vRow, taus, work);
    if (next == n) return;
    const v = <usize>(first * vRow + first) << 3;
    const vIm = imaginaryAt(vi, v);
    const c = <usize>(first * aRow + next) << 3;
    const cIm = imaginaryAt(ai, c);
    const tau = taus + (<usize>first << 4);
    const columns = (n - next + 1) & ~1;
    applyReflectors(true, vr + v, vIm, vRow, panel, m - first, tau, ar + c, cIm, aRow, columns, work);
  }
}

/**
 * Reflects columns first … last − 1; each reflection is applied while the next one forms its inner products.
 */
function factorPanel(
  ar: usize,
  ai: usize,
  aRow: i32,
  m: i32,
  first: i32,
  last: i32,
  vr: usize,
  vi: usize,
  vRow: i32,
  taus: usize,
  work: usize,
): void {
  const real = ai == 0;
  const rowStep = <usize>aRow << 3;
  const size = recordBytes(last - first, real);
  const end = work + size;
  memory.fill(work, 0, size);
  // The v of the last step, from the diagonal on. At first, there is no last step: it is zero.
  const start = <usize>(first * vRow + first) << 3;
  let pr = vr + start;
  let pi = imaginaryAt(vi, start);
  memory.fill(pr, 0, <usize>(m - first) << 3);
  if (!real) memory.fill(pi, 0, <usize>(m - first) << 3);
  for (let j = first; j < last; j++) {
    const rest = m - j;
    const diagonal = <usize>(j * (aRow + 1)) << 3;
    const v = <usize>(j * vRow) << 3;
    const head = <usize>j << 3;
    const hr = vr + v + head;
    const hi = imaginaryAt(vi, v + head);
    const tau = taus + 2 * head;
    const re = ar + diagonal;
    const im = imaginaryAt(ai, diagonal);
    loadColumn(re, im, rowStep, rest, pr, pi, recordOf(work, j - first, real), hr, hi);
    const beta = makeReflector(hr, hi, rest, tau);
    completeVector(vr + v, imaginaryAt(vi, v), j);

    // The pass starts with an even column: the next one, or this one, whose entry of R is stored afterwards.
    const even = (j + 1) & ~1;
    const a = <usize>(j * aRow + even) << 3;
    const pairs = recordOf(work, even - first, real);
    reflectRows(ar + a, imaginaryAt(ai, a), rowStep, rest, pr, pi, hr, hi, pairs, end);
    finishProjection(pairs, end, real, tau, true);
    subtractProjection(ar + a, imaginaryAt(ai, a), pairs, end);
    store<f64>(re, beta);
    if (!real) store<f64>(im, 0);
    pr = hr + 8;
    pi = imaginaryAt(hi, 8);
  }
}

/** h ← a − p y for the column of A that is reflected next. */
function loadColumn(
  ar: usize,
  ai: usize,
  rowStep: usize,
  length: i32,
  pr: usize,
  pi: usize,
  record: usize,
  hr: usize,
  hi: usize,
): void {
  const last = <usize>length << 3;
  const y = load<f64>(record);
  if (ai == 0) {
    for (let i: usize = 0; i < last; i += 8, ar += rowStep) {
      store<f64>(hr + i, load<f64>(ar) - load<f64>(pr + i) * y);
    }
    return;
  }
  const yIm = load<f64>(record, 16);
  for (let i: usize = 0; i < last; i += 8, ar += rowStep, ai += rowStep) {
    const p = load<f64>(pr + i);
    const pIm = load<f64>(pi + i);
    store<f64>(hr + i, load<f64>(ar) - (p * y - pIm * yIm));
    store<f64>(hi + i, load<f64>(ai) - (p * yIm + pIm * y));
  }
}
