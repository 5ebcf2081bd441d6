/**
 * The innermost loops of the matrix product: one tile of C from a panel of A and a panel of B.
 *
 * The sums start from what C holds: sums that start from a constant zero are kept in memory by V8, at two
 * thirds of the speed. A complex tile keeps eight sums, two vectors of B and one number of A in registers, a
 * real one ten sums.
 */

/** C ← C + A B for a complex tile of 4 × 2; the rows of C are `rowStep` bytes apart. */
export function addComplexTile(a: usize, b: usize, depth: i32, re: usize, im: usize, rowStep: usize): void {
  const re1 = re + rowStep;
  const re2 = re1 + rowStep;
  const re3 = re2 + rowStep;
  const im1 = im + rowStep;
  const im2 = im1 + rowStep;
  const im3 = im2 + rowStep;
  let c0 = v128.load(re);
  let d0 = v128.load(im);
  let c1 = v128.load(re1);
  let d1 = v128.load(im1);
  let c2 = v128.load(re2);
  let d2 = v128.load(im2);
  let c3 = v128.load(re3);
  let d3 = v128.load(im3);
  const end = a + (<usize>depth << 6);
  while (a < end) {
    const u = v128.load(b);
    const v = v128.load(b, 16);
    let s = v128.load64_splat(a);
    let t = v128.load64_splat(a, 8);
    c0 = f64x2.sub(f64x2.add(c0, f64x2.mul(s, u)), f64x2.mul(t, v));
    d0 = f64x2.add(f64x2.add(d0, f64x2.mul(s, v)), f64x2.mul(t, u));
    s = v128.load64_splat(a, 16);
    t = v128.load64_splat(a, 24);
    c1 = f64x2.sub(f64x2.add(c1, f64x2.mul(s, u)), f64x2.mul(t, v));
    d1 = f64x2.add(f64x2.add(d1, f64x2.mul(s, v)), f64x2.mul(t, u));
    s = v128.load64_splat(a, 32);
    t = v128.load64_splat(a, 40);
    c2 = f64x2.sub(f64x2.add(c2, f64x2.mul(s, u)), f64x2.mul(t, v));
    d2 = f64x2.add(f64x2.add(d2, f64x2.mul(s, v)), f64x2.mul(t, u));
    s = v128.load64_splat(a, 48);
    t = v128.load64_splat(a, 56);
    c3 = f64x2.sub(f64x2.add(c3, f64x2.mul(s, u)), f64x2.mul(t, v));
    d3 = f64x2.add(f64x2.add(d3, f64x2.mul(s, v)), f64x2.mul(t, u));
    a += 64;
    b += 32;
  }
  v128.store(re, c0);
  v128.store(im, d0);
  v128.store(re1, c1);
  v128.store(im1, d1);
  v128.store(re2, c2);
  v128.store(im2, d2);
  v128.store(re3, c3);
  v128.store(im3, d3);
}

/** C ← C + A B for a real tile of 5 × 4. */
export function addRealTile(a: usize, b: usize, depth: i32, c: usize, rowStep: usize): void {
  const row1 = c + rowStep;
  const row2 = row1 + rowStep;
  const row3 = row2 + rowStep;
  const row4 = row3 + rowStep;
  let c00 = v128.load(c);
  let c01 = v128.load(c, 16);
  let c10 = v128.load(row1);
  let c11 = v128.load(row1, 16);
  let c20 = v128.load(row2);
  let c21 = v128.load(row2, 16);
  let c30 = v128.load(row3);
  let c31 = v128.load(row3, 16);
  let c40 = v128.load(row4);
  let c41 = v128.load(row4, 16);
  const end = a + <usize>depth * 40;
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let entry = v128.load64_splat(a);
    c00 = f64x2.add(c00, f64x2.mul(entry, b0));
    c01 = f64x2.add(c01, f64x2.mul(entry, b1));
    entry = v128.load64_splat(a, 8);
    c10 = f64x2.add(c10, f64x2.mul(entry, b0));
    c11 = f64x2.add(c11, f64x2.mul(entry, b1));
    entry = v128.load64_splat(a, 16);
    c20 = f64x2.add(c20, f64x2.mul(entry, b0));
    c21 = f64x2.add(c21, f64x2.mul(entry, b1));
    entry = v128.load64_splat(a, 24);
    c30 = f64x2.add(c30, f64x2.mul(entry, b0));
    c31 = f64x2.add(c31, f64x2.mul(entry, b1));
    entry = v128.load64_splat(a, 32);
    c40 = f64x2.add(c40, f64x2.mul(entry, b0));
    c41 = f64x2.add(c41, f64x2.mul(entry, b1));
    a += 40;
    b += 32;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(row1, c10);
  v128.store(row1, c11, 16);
  v128.store(row2, c20);
  v128.store(row2, c21, 16);
  v128.store(row3, c30);
  v128.store(row3, c31, 16);
  v128.store(row4, c40);
  v128.store(row4, c41, 16);
}
