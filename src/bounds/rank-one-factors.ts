import { type ComplexMatrix, type ComplexVector, complexMatrix } from "../complex/types.js";
import { rangeError } from "../errors.js";

/** What a tensor of rank one may differ from the product of its factors, relative to its largest entry. */
const tolerance = 1e-9;

/**
 * c_1, …, c_R, columns, with c a multiple of c_1 ⊗ … ⊗ c_R: the lines of c through its largest entry.
 *
 * @param modes - matrices that have as many columns as c has entries along each mode
 * @throws `range` if c is not of rank one
 */
export function rankOneFactors(
  who: string,
  c: ComplexVector,
  modes: readonly { readonly columns: number }[],
): ComplexMatrix[] {
  const { data } = c;
  const size = (index: number) => Math.hypot(data[2 * index], data[2 * index + 1]);
  let largest = 0;
  for (let index = 1; index < c.length; index++) if (size(index) > size(largest)) largest = index;
  const [pivotRe, pivotIm] = [data[2 * largest] / size(largest), data[2 * largest + 1] / size(largest)];

  let stride = c.length;
  const factors = modes.map(({ columns }) => {
    stride /= columns;
    const first = largest - (Math.floor(largest / stride) % columns) * stride;
    const line = complexMatrix(columns, 1);
    for (let k = 0; k < columns; k++) {
      // Over the largest entry, so that every line has a one where they meet.
      const from = 2 * (first + k * stride);
      const [re, im] = [data[from] / size(largest), data[from + 1] / size(largest)];
      line.data[2 * k] = re * pivotRe + im * pivotIm;
      line.data[2 * k + 1] = im * pivotRe - re * pivotIm;
    }
    return line;
  });
  for (let index = 0; index < c.length; index++) {
    let [re, im] = [data[2 * largest], data[2 * largest + 1]];
    let rest = index;
    for (let n = modes.length - 1; n >= 0; n--) {
      const at = 2 * (rest % modes[n].columns);
      rest = Math.floor(rest / modes[n].columns);
      const [x, y] = [factors[n].data[at], factors[n].data[at + 1]];
      [re, im] = [re * x - im * y, re * y + im * x];
    }
    if (Math.hypot(re - data[2 * index], im - data[2 * index + 1]) > tolerance * size(largest)) {
      throw rangeError(who, "coefficients", `not of rank one at index ${index}`, "c_1 ⊗ … ⊗ c_R");
    }
  }
  return factors;
}
