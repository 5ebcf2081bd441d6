import { joinMatrix, planar, split } from "./planar.js";
import { type Form, multiplyInto } from "./products.js";
import type { ComplexMatrix } from "./types.js";

/** op(A) op(B); the shapes must fit. */
export function product(formA: Form, a: ComplexMatrix, formB: Form, b: ComplexMatrix): ComplexMatrix {
  const [rows, inner] =
    formA === "plain" || formA === "conjugate" ? [a.rows, a.columns] : [a.columns, a.rows];
  const columns = formB === "plain" || formB === "conjugate" ? b.columns : b.rows;
  const out = planar(rows * columns, false);
  multiplyInto(out, formA, split(a.data), formB, split(b.data), rows, columns, inner);
  return joinMatrix(out, rows, columns);
}
