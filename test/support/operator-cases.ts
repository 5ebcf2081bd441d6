/** Every operator of the library next to the explicit matrix that it stands for. */
import { type ComplexMatrix, complexMatrix } from "../../src/complex/index.js";
import {
  BaseOperator,
  composeOperators,
  denseOperator,
  diagonalOperator,
  fourierOperator,
  khatriRaoOperator,
  kroneckerOperator,
  type LinearOperator,
  restrictionOperator,
  scaleOperator,
  stackOperators,
} from "../../src/operators/index.js";
import { columnsOf, entry, kroneckerProduct, matrixOf, product, scaled } from "./dense-complex.js";
import { randomMatrix } from "./linalg-families.js";

export interface OperatorCase {
  readonly name: string;
  readonly matrix: ComplexMatrix;
  readonly make: () => LinearOperator;
}

export type Shape = readonly [rows: number, columns: number];

/** A different random matrix for every position in a list of shapes. */
export function randomFactors(shapes: readonly Shape[], real: boolean, seed = 1): ComplexMatrix[] {
  return shapes.map(([rows, columns], n) => randomMatrix(rows, columns, real, 100 * seed + n));
}

/** Column n of the result is the Kronecker product of the columns n, from the definition. */
export function khatriRaoProduct(factors: readonly ComplexMatrix[]): ComplexMatrix {
  const [{ columns }] = factors;
  const atoms = Array.from({ length: columns }, (_, n) =>
    kroneckerProduct(factors.map((factor) => columnsOf(factor, [n]))),
  );
  return matrixOf(atoms[0].rows, columns, (r, c) => entry(atoms[c], r, 0));
}

/** e^{−j2πkm/n} scale, from the definition; the angle is reduced in whole numbers. */
export function fourierMatrix(
  n: number,
  scale: number,
  rows: readonly number[],
  columns: readonly number[],
): ComplexMatrix {
  return matrixOf(rows.length, columns.length, (r, c) => {
    const angle = (-2 * Math.PI * ((rows[r] * columns[c]) % n)) / n;
    return [scale * Math.cos(angle), scale * Math.sin(angle)];
  });
}

export function stacked(blocks: readonly ComplexMatrix[]): ComplexMatrix {
  const data = blocks.flatMap((block) => [...block.data]);
  return complexMatrix(
    blocks.reduce((rows, block) => rows + block.rows, 0),
    blocks[0].columns,
    Float64Array.from(data),
  );
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, k) => k);
}

/** Differences of neighbours: what a user would write. Only the two products are given. */
class Difference extends BaseOperator {
  constructor(columns: number) {
    const rows = columns - 1;
    super({ kind: "difference", rows, columns, real: true, ownBytes: 0, flopsPerProduct: 2 * rows });
  }

  protected applyInto(x: Float64Array, out: Float64Array): void {
    for (let i = 0; i < out.length; i++) out[i] = x[i + 2] - x[i];
  }

  protected adjointInto(y: Float64Array, out: Float64Array): void {
    out.fill(0);
    for (let i = 0; i < y.length; i++) {
      out[i] -= y[i];
      out[i + 2] += y[i];
    }
  }
}

function dense(rows: number, columns: number, real: boolean): OperatorCase {
  const matrix = randomMatrix(rows, columns, real, 7);
  return { name: `dense ${rows} × ${columns}`, matrix, make: () => denseOperator(matrix) };
}

function kronecker(shapes: readonly Shape[], real: boolean): OperatorCase {
  const factors = randomFactors(shapes, real);
  return {
    name: `kronecker ${shapes.map((shape) => shape.join(" × ")).join(" ⊗ ")}`,
    matrix: kroneckerProduct(factors),
    make: () => kroneckerOperator(factors),
  };
}

function khatriRao(rows: readonly number[], columns: number, real: boolean): OperatorCase {
  const factors = randomFactors(
    rows.map((count) => [count, columns]),
    real,
  );
  return {
    name: `khatri-rao ${rows.join(" ⊙ ")}, ${columns} columns`,
    matrix: khatriRaoProduct(factors),
    make: () => khatriRaoOperator(factors),
  };
}

function fourier(
  n: number,
  rows: readonly number[] = range(n),
  columns: readonly number[] = range(n),
): OperatorCase {
  return {
    name: `fourier ${n}, ${rows.length} × ${columns.length}`,
    matrix: fourierMatrix(n, 1 / Math.sqrt(n), rows, columns),
    make: () => fourierOperator(n, { rows, columns }),
  };
}

/** Cases that exist over both fields. */
export function casesOf(real: boolean): OperatorCase[] {
  const factors = randomFactors(
    [
      [3, 4],
      [4, 5],
    ],
    real,
  );
  const [left, right] = randomFactors(
    [
      [5, 4],
      [4, 7],
    ],
    real,
    2,
  );
  const blocks = randomFactors(
    [
      [3, 6],
      [1, 6],
      [4, 6],
    ],
    real,
    3,
  );
  const entries = randomMatrix(6, 1, real, 5);
  const observed = [0, 3, 4, 11, 7];
  return [
    dense(4, 9, real),
    dense(9, 4, real),
    dense(5, 5, real),
    dense(1, 1, real),
    dense(1, 6, real),
    dense(6, 1, real),
    // More columns than one block, more rows than one strip.
    dense(30, 300, real),
    kronecker([[4, 6]], real),
    kronecker([[5, 150]], real),
    kronecker(
      [
        [2, 3],
        [3, 5],
      ],
      real,
    ),
    // So few columns that whitened norms are found column by column.
    kronecker(
      [
        [5, 3],
        [4, 2],
      ],
      real,
    ),
    kronecker(
      [
        [4, 2],
        [2, 5],
        [3, 3],
      ],
      real,
    ),
    kronecker(
      [
        [2, 3],
        [1, 2],
        [3, 2],
        [2, 4],
      ],
      real,
    ),
    kronecker(
      [
        [1, 1],
        [3, 4],
        [1, 1],
      ],
      real,
    ),
    khatriRao([4], 6, real),
    khatriRao([2, 3], 7, real),
    khatriRao([3, 2, 4], 9, real),
    khatriRao([1, 2, 2, 3], 150, real),
    {
      name: "diagonal",
      matrix: matrixOf(6, 6, (r, c) => (r === c ? entry(entries, r, 0) : [0, 0])),
      make: () => diagonalOperator({ length: 6, data: entries.data }),
    },
    {
      name: "composition",
      matrix: product(left, right),
      make: () => composeOperators(denseOperator(left), denseOperator(right)),
    },
    {
      name: "composition of one",
      matrix: left,
      make: () => composeOperators(denseOperator(left)),
    },
    {
      name: "restricted kronecker",
      matrix: matrixOf(5, 20, (r, c) => entry(kroneckerProduct(factors), observed[r], c)),
      make: () => composeOperators(restrictionOperator(12, observed), kroneckerOperator(factors)),
    },
    {
      name: "stacking",
      matrix: stacked(blocks),
      make: () => stackOperators(...blocks.map((block) => denseOperator(block))),
    },
    {
      name: "scaled dense",
      matrix: scaled(left, -0.3),
      make: () => scaleOperator(denseOperator(left), -0.3),
    },
    {
      name: "scaled kronecker",
      matrix: scaled(kroneckerProduct(factors), 3),
      make: () => scaleOperator(kroneckerOperator(factors), 3),
    },
    {
      name: "scaled khatri-rao",
      matrix: scaled(khatriRaoProduct([left, randomMatrix(2, 4, real, 11)]), -1.7),
      make: () => scaleOperator(khatriRaoOperator([left, randomMatrix(2, 4, real, 11)]), -1.7),
    },
  ];
}

/** Cases that are what they are. */
export const otherCases: readonly OperatorCase[] = [
  {
    name: "kronecker of a real and a complex factor",
    matrix: kroneckerProduct([randomMatrix(3, 4, true, 1), randomMatrix(2, 3, false, 2)]),
    make: () => kroneckerOperator([randomMatrix(3, 4, true, 1), randomMatrix(2, 3, false, 2)]),
  },
  {
    name: "kronecker of two complex factors around a real one",
    matrix: kroneckerProduct([
      randomMatrix(2, 3, false, 1),
      randomMatrix(3, 3, true, 2),
      randomMatrix(2, 2, false, 3),
    ]),
    make: () =>
      kroneckerOperator([
        randomMatrix(2, 3, false, 1),
        randomMatrix(3, 3, true, 2),
        randomMatrix(2, 2, false, 3),
      ]),
  },
  {
    name: "khatri-rao of a complex and a real factor",
    matrix: khatriRaoProduct([randomMatrix(3, 8, false, 1), randomMatrix(4, 8, true, 2)]),
    make: () => khatriRaoOperator([randomMatrix(3, 8, false, 1), randomMatrix(4, 8, true, 2)]),
  },
  fourier(1),
  fourier(2),
  fourier(3),
  fourier(8),
  fourier(12),
  fourier(37),
  fourier(16, [3, 4, 9], range(16)),
  fourier(15, range(15), [0, 14, 7]),
  fourier(20, [1, 5, 5, 19, 0], [2, 2, 17, 10, 0, 3]),
  {
    name: "fourier without normalisation",
    matrix: fourierMatrix(10, 1, range(10), range(10)),
    make: () => fourierOperator(10, { normalization: "none" }),
  },
  {
    name: "restriction with a repeated row",
    matrix: matrixOf(4, 7, (r, c) => [[2, 6, 2, 0][r] === c ? 1 : 0, 0]),
    make: () => restrictionOperator(7, [2, 6, 2, 0]),
  },
  {
    name: "a class with nothing but its products",
    matrix: matrixOf(130, 131, (r, c) => [c === r ? -1 : c === r + 1 ? 1 : 0, 0]),
    make: () => new Difference(131),
  },
];
