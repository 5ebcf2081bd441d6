/**
 * One run of every solver on every path that it has through the kernels, large enough that kernels are used: dictionaries
 * of every kind, real, complex and mixed, several snapshots, both sides of the posterior, atoms removed and chosen.
 */
import type * as Library from "../../src/index.js";
import type { ComplexMatrix, LinearOperator, SparseResult } from "../../src/index.js";
import { kroneckerProduct, matrixOf, product, scaled, sum } from "./dense-complex.js";
import { randomMatrix, randomPositive } from "./linalg-families.js";

/** The library, of which a test may load more than one copy. */
export type LibraryCopy = typeof Library;

export interface SolverRun {
  readonly name: string;
  run(library: LibraryCopy): SparseResult;
  /** The dictionary. */
  operator(library: LibraryCopy): LinearOperator;
}

type Size = readonly [rows: number, columns: number];

interface DrawOptions {
  /** Whether the coefficients and the noise are real. Default: if the dictionary is. */
  readonly real?: boolean;
  readonly snapshots?: number;
}

/** Y = A X + W for five atoms of magnitude 1 to 2, spread over the dictionary, and W about 30 dB below. */
function measured(matrix: ComplexMatrix, { real = false, snapshots = 1 }: DrawOptions): ComplexMatrix {
  const { rows, columns } = matrix;
  const gains = randomMatrix(5, snapshots, real, 100);
  const coefficients = matrixOf(columns, snapshots, (n, l) => {
    const k = Math.floor((5 * n) / columns);
    if (n !== Math.floor(((2 * k + 1) * columns) / 10)) return [0, 0];
    const at = 2 * (k * snapshots + l);
    return [1.5 + gains.data[at] / 2, gains.data[at + 1]];
  });
  return sum(product(matrix, coefficients), randomMatrix(rows, snapshots, real, 101), 0.05);
}

interface DenseProblem {
  readonly matrix: ComplexMatrix;
  readonly measurement: ComplexMatrix;
}

function dense([rows, columns]: Size, realMatrix: boolean, options: DrawOptions = {}): DenseProblem {
  const matrix = randomMatrix(rows, columns, realMatrix, 1);
  return { matrix, measurement: measured(matrix, { real: realMatrix, ...options }) };
}

/** The same factors, and a measurement of their Kronecker product. */
function kronecker(sizes: readonly Size[], reals: readonly boolean[], options: DrawOptions = {}) {
  const factors = sizes.map(([rows, columns], n) => randomMatrix(rows, columns, reals[n], 10 + n));
  const real = reals.every((factor) => factor);
  return { factors, measurement: measured(kroneckerProduct(factors), { real, ...options }) };
}

const known = { kind: "known", variance: 1e-2 } as const;
const learned = { kind: "learned" } as const;

function sblRuns(): SolverRun[] {
  const run = (name: string, { matrix, measurement }: DenseProblem, options: object = {}): SolverRun => ({
    name: `sbl, ${name}`,
    run: ({ sbl }) => sbl(matrix, measurement, { noise: known, maxIterations: 15, tolerance: 0, ...options }),
    operator: ({ denseOperator }) => denseOperator(matrix),
  });
  const wide: Size = [30, 80];
  const { matrix, measurement } = dense(wide, false);
  return [
    run("wide, complex", { matrix, measurement }),
    run("wide, real", dense(wide, true)),
    run("wide, real dictionary of complex data", dense(wide, true, { real: false })),
    run("wide, complex dictionary of real data", dense(wide, false, { real: true })),
    run("wide, 3 snapshots", dense(wide, false, { snapshots: 3 })),
    run("tall, complex", dense([90, 40], false)),
    run("tall, real, 2 snapshots", dense([90, 40], true, { snapshots: 2 })),
    run("learned noise", { matrix, measurement }, { noise: learned }),
    // Quick pruning: the dictionary shrinks, then the posterior changes sides.
    run("fixed point", dense([30, 200], false), { update: "fixed-point", pruneRatio: 1e-2 }),
    run(
      "extreme units",
      { matrix: scaled(matrix, 2 ** 480), measurement: scaled(measurement, 2 ** 500) },
      { noise: learned },
    ),
  ];
}

function patternCoupledRuns(): SolverRun[] {
  const run = (
    name: string,
    operator: SolverRun["operator"],
    measurement: ComplexMatrix,
    options: object = {},
  ): SolverRun => ({
    name: `patternCoupledSbl, ${name}`,
    run: (library) =>
      library.patternCoupledSbl(operator(library), measurement, {
        noise: known,
        maxIterations: 10,
        tolerance: 0,
        ...options,
      }),
    operator,
  });
  const [complex, real] = [dense([30, 80], false), dense([40, 60], true, { snapshots: 2 })];
  const { factors, measurement } = kronecker(pair, [false, false]);
  return [
    run("wide, complex", ({ denseOperator }) => denseOperator(complex.matrix), complex.measurement),
    run("real, 2 snapshots", ({ denseOperator }) => denseOperator(real.matrix), real.measurement),
    run("Kronecker operator", ({ kroneckerOperator }) => kroneckerOperator(factors), measurement, {
      noise: learned,
      a: 0,
      shape: factors.map(({ columns }) => columns),
    }),
  ];
}

/** Dictionaries that are not matrices: inside them, other operators take and give back working memory. */
function operatorRuns(): SolverRun[] {
  const { factors, measurement } = kronecker(pair, [false, false]);
  const observed = Array.from({ length: 25 }, (_, k) => k + (k > 11 ? 3 : 0));
  const some = matrixOf(25, 1, (r) => [
    measurement.data[2 * observed[r]],
    measurement.data[2 * observed[r] + 1],
  ]);
  const [upper, lower, single] = [dense([17, 60], false), dense([13, 60], false), dense([30, 70], false)];
  return [
    ...onOperator("Kronecker", measurement, ({ kroneckerOperator }) => kroneckerOperator(factors)),
    ...onOperator("Kronecker of one", single.measurement, ({ kroneckerOperator }) =>
      kroneckerOperator([single.matrix]),
    ),
    ...onOperator("Khatri-Rao", measurement, ({ khatriRaoOperator }) =>
      khatriRaoOperator([randomMatrix(5, 70, false, 1), randomMatrix(6, 70, true, 2)]),
    ),
    ...onOperator("Fourier", measurement, ({ fourierOperator }) =>
      fourierOperator(64, { rows: Array.from({ length: 30 }, (_, k) => 2 * k) }),
    ),
    ...onOperator("composition", some, ({ composeOperators, restrictionOperator, kroneckerOperator }) =>
      composeOperators(restrictionOperator(30, observed), kroneckerOperator(factors)),
    ),
    ...onOperator("stacking", measurement, ({ stackOperators, denseOperator }) =>
      stackOperators(denseOperator(upper.matrix), denseOperator(lower.matrix)),
    ),
    ...onOperator(
      "scaled",
      scaled(measurement, 2 ** 300),
      ({ scaleOperator, kroneckerOperator }) => scaleOperator(kroneckerOperator(factors), 2 ** 300),
      2 ** 600,
    ),
  ];
}

const pair: readonly Size[] = [
  [5, 9],
  [6, 8],
];

function onOperator(
  kind: string,
  measurement: ComplexMatrix,
  operator: SolverRun["operator"],
  power = 1,
): SolverRun[] {
  const noise = { kind: "known", variance: 1e-2 * power } as const;
  return [
    {
      name: `sbl, ${kind} operator`,
      run: (library) =>
        library.sbl(operator(library), measurement, { noise: learned, maxIterations: 8, tolerance: 0 }),
      operator,
    },
    {
      name: `lmmse, ${kind} operator`,
      run: (library) => library.lmmse(operator(library), measurement, { noise, priorVariance: 1 }),
      operator,
    },
    {
      name: `omp, ${kind} operator`,
      run: (library) => library.omp(operator(library), measurement, { sparsity: 6 }),
      operator,
    },
  ];
}

function lmmseRuns(): SolverRun[] {
  const run = (name: string, { matrix, measurement }: DenseProblem, active = Number.POSITIVE_INFINITY) => {
    const priorVariance = Array.from({ length: matrix.columns }, (_, n) => (n < active ? 1 + (n % 3) : 0));
    return {
      name: `lmmse, ${name}`,
      run: ({ lmmse }: LibraryCopy) => lmmse(matrix, measurement, { noise: known, priorVariance }),
      operator: ({ denseOperator }: LibraryCopy) => denseOperator(matrix),
    };
  };
  return [
    run("wide", dense([40, 90], false, { snapshots: 2 })),
    run("tall", dense([90, 40], false)),
    run("real dictionary of complex data", dense([40, 90], true, { real: false })),
    run("few atoms of positive variance", dense([60, 90], false), 30),
  ];
}

function greedyRuns(): SolverRun[] {
  // More atoms than there is room for at the start.
  const pursuits = (name: string, { matrix, measurement }: DenseProblem): readonly SolverRun[] => {
    const operator: SolverRun["operator"] = ({ denseOperator }) => denseOperator(matrix);
    return [
      {
        name: `omp, ${name}`,
        run: ({ omp }) => omp(matrix, firstColumn(measurement), { sparsity: 20 }),
        operator,
      },
      { name: `somp, ${name}`, run: ({ somp }) => somp(matrix, measurement, { sparsity: 20 }), operator },
    ];
  };
  const onFactors = (name: string, reals: readonly boolean[], options?: DrawOptions): SolverRun => {
    const sizes: readonly Size[] = [
      [24, 30],
      [5, 6],
    ];
    const { factors, measurement } = kronecker(sizes, reals, options);
    return {
      name: `kroneckerOmp, ${name}`,
      run: ({ kroneckerOmp }) => kroneckerOmp(factors, measurement, { maxAtomsPerMode: 19 }),
      operator: ({ kroneckerOperator }) => kroneckerOperator(factors),
    };
  };
  const wide: Size = [40, 100];
  return [
    ...pursuits("complex", dense(wide, false, { snapshots: 4 })),
    ...pursuits("real", dense(wide, true, { snapshots: 4 })),
    ...pursuits("real dictionary of complex data", dense(wide, true, { real: false, snapshots: 3 })),
    onFactors("complex", [false, false]),
    onFactors("real", [true, true]),
    onFactors("mixed factors", [true, false]),
    onFactors("real factors of complex data", [true, true], { real: false }),
  ];
}

function firstColumn({ rows, columns, data }: ComplexMatrix): ComplexMatrix {
  return matrixOf(rows, 1, (r) => [data[2 * r * columns], data[2 * r * columns + 1]]);
}

function kroneckerSblRuns(name: string, own: object): SolverRun[] {
  const sizes: readonly Size[] = [
    [10, 14],
    [12, 10],
    [3, 5],
  ];
  const run = (kind: string, reals: readonly boolean[], options?: DrawOptions): SolverRun => {
    const { factors, measurement } = kronecker(sizes, reals, options);
    return {
      name: `kroneckerSbl, ${name}, ${kind}`,
      run: ({ kroneckerSbl }) =>
        kroneckerSbl(factors, measurement, { noise: learned, maxIterations: 12, tolerance: 0, ...own }),
      operator: ({ kroneckerOperator }) => kroneckerOperator(factors),
    };
  };
  return [
    run("complex", [false, false, false]),
    run("real", [true, true, true]),
    run("mixed factors, 2 snapshots", [true, false, true], { snapshots: 2 }),
    run("real factors of complex data", [true, true, true], { real: false }),
  ];
}

/** The first and the last mode of {@link kroneckerSblRuns}. */
const neighbours = [14, null, 5].map((size) =>
  size === null ? null : matrixOf(size, size, (i, j) => [i === j ? 1 : Math.abs(i - j) === 1 ? 0.5 : 0, 0]),
);

function decomposedRuns(): SolverRun[] {
  const sizes: readonly Size[] = [
    [10, 14],
    [12, 10],
    [3, 5],
  ];
  const run = (
    name: string,
    reals: readonly boolean[],
    options: DrawOptions & { one?: boolean } = {},
  ): SolverRun => {
    const { factors, measurement } = kronecker(options.one ? sizes.slice(0, 1) : sizes, reals, options);
    return {
      name: `decomposedKroneckerSbl, ${name}`,
      run: ({ decomposedKroneckerSbl }) =>
        decomposedKroneckerSbl(factors, measurement, { noise: learned, maxIterations: 12, tolerance: 0 }),
      operator: ({ kroneckerOperator }) => kroneckerOperator(factors),
    };
  };
  return [
    run("complex", [false, false, false]),
    run("real", [true, true, true]),
    run("mixed factors", [true, false, true]),
    run("real factors of complex data", [true, true, true], { real: false }),
    run("one mode", [false], { one: true }),
  ];
}

/** Atoms that move; the dictionary is that of the atoms where they end. */
function offGridRuns(): SolverRun[] {
  const run = (name: string, elements: readonly number[], snapshots: number): SolverRun => {
    const dictionaries = ({ angleDictionary, uniformLinearArray, cosineGrid }: LibraryCopy) =>
      elements.map((count) =>
        angleDictionary(uniformLinearArray({ elements: count }), cosineGrid(2 * count)),
      );
    const solve = (library: LibraryCopy) => {
      const places = dictionaries(library).map((dictionary, n) =>
        dictionary.withGrid(library.withPoints(dictionary.grid, [-0.437 + 0.1 * n, 0.317, 0.7].slice(n))),
      );
      const matrix = kroneckerProduct(
        places.map(({ operator }) => operator.atoms([...Array(operator.columns).keys()])),
      );
      const signal = product(matrix, randomMatrix(matrix.columns, snapshots, false, 102));
      const measurement = sum(signal, randomMatrix(matrix.rows, snapshots, false, 101), 0.05);
      return library.offGridKroneckerSbl(dictionaries(library), measurement, { noise: learned, restarts: 3 });
    };
    return {
      name: `offGridKroneckerSbl, ${name}`,
      run: solve,
      operator: (library) => {
        const { grids } = solve(library);
        const atoms = dictionaries(library).map((dictionary, n) => dictionary.withGrid(grids[n]).operator);
        return library.kroneckerOperator(
          atoms.map((operator) => operator.atoms([...Array(operator.columns).keys()])),
        );
      },
    };
  };
  return [run("two modes", [10, 8], 1), run("one mode, 12 snapshots", [16], 12)];
}

export const solverRuns: readonly SolverRun[] = [
  ...sblRuns(),
  ...patternCoupledRuns(),
  ...operatorRuns(),
  ...lmmseRuns(),
  ...greedyRuns(),
  ...kroneckerSblRuns("mm", { restarts: 3 }),
  ...kroneckerSblRuns("mm coupled", { restarts: 3, couplingMatrices: neighbours, noise: known }),
  ...kroneckerSblRuns("svd", { method: "svd" }),
  ...kroneckerSblRuns("am", { method: "am" }),
  ...kroneckerSblRuns("ksbl", { method: "ksbl" }),
  ...kroneckerSblRuns("nnls", { coupling: "nnls", couplingMatrices: neighbours }),
  ...decomposedRuns(),
  ...offGridRuns(),
];

export interface MatrixRun {
  readonly name: string;
  run(library: LibraryCopy): object;
}

/** The linear algebra on matrices of ordinary and of extreme magnitude. */
export const matrixRuns: readonly MatrixRun[] = [1, 2 ** 300].flatMap((scale) =>
  [true, false].flatMap((real) => {
    const [square, tall, positive] = [
      randomMatrix(40, 40, real, 1),
      randomMatrix(60, 35, real, 2),
      randomPositive(40, real, 3),
    ].map((matrix) => scaled(matrix, scale));
    const [rhs, tallRhs] = [randomMatrix(40, 5, real, 4), randomMatrix(60, 2, real, 5)];
    const named = (name: string, run: MatrixRun["run"]): MatrixRun => ({
      name: `${name}, ${real ? "real" : "complex"}, times ${scale}`,
      run,
    });
    return [
      named("cholesky", ({ cholesky }) => cholesky(positive)),
      named("choleskySolve", ({ cholesky, choleskySolve }) => choleskySolve(cholesky(positive), rhs)),
      named("hermitianInverse", ({ hermitianInverse }) => hermitianInverse(positive)),
      named("hermitianEigen", ({ hermitianEigen }) => hermitianEigen(positive)),
      named("svd, square", ({ svd }) => svd(square)),
      named("svd, tall", ({ svd }) => svd(tall)),
      named("qr", ({ qr }) => qr(tall)),
      named("leastSquares", ({ leastSquares }) => leastSquares(tall, tallRhs)),
    ];
  }),
);
