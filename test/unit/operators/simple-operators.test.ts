import { describe, expect, it } from "vitest";
import { complexMatrix, complexVector } from "../../../src/complex/index.js";
import {
  BaseOperator,
  composeOperators,
  denseOperator,
  diagonalOperator,
  fourierOperator,
  khatriRaoOperator,
  kroneckerOperator,
  restrictionOperator,
  scaleOperator,
  stackOperators,
} from "../../../src/operators/index.js";
import { randomMatrix } from "../../support/linalg-families.js";
import { thrownBy } from "../../support/thrown.js";

describe("diagonalOperator", () => {
  it("multiplies entry by entry and conjugates in the adjoint", () => {
    const operator = diagonalOperator({ re: [1, 0], im: [1, 2] });
    const x = complexVector(2, Float64Array.of(1, 0, 0, 1));
    expect([...operator.apply(x).data]).toEqual([1, 1, -2, 0]);
    expect([...operator.adjoint(x).data]).toEqual([1, -1, 2, 0]);
    expect(diagonalOperator([1, 2]).real).toBe(true);
  });

  it("refuses an empty diagonal and numbers that are not finite", async () => {
    expect((await thrownBy(() => diagonalOperator([]))).code).toBe("shape");
    expect((await thrownBy(() => diagonalOperator([1, Number.NaN]))).code).toBe("non-finite");
  });
});

describe("restrictionOperator", () => {
  it("keeps the chosen elements; its adjoint puts them back and adds repeats", () => {
    const operator = restrictionOperator(3, [2, 0, 2]);
    const x = complexVector(3, Float64Array.of(1, 2, 3, 4, 5, 6));
    expect([...operator.apply(x).data]).toEqual([5, 6, 1, 2, 5, 6]);
    expect([...operator.adjoint(x).data]).toEqual([3, 4, 0, 0, 6, 8]);
  });

  it("refuses indices out of bounds, and none", async () => {
    expect((await thrownBy(() => restrictionOperator(3, [0, 3]))).message).toBe(
      "restrictionOperator: chosen[1] is 3; expected a whole number from 0 to 2",
    );
    expect((await thrownBy(() => restrictionOperator(3, []))).code).toBe("shape");
    expect((await thrownBy(() => restrictionOperator(0, [0]))).code).toBe("shape");
  });
});

describe("composeOperators", () => {
  it("applies the last operator first", () => {
    const double = diagonalOperator([2, 2]);
    const swap = denseOperator([
      [0, 1],
      [1, 0],
    ]);
    const mark = diagonalOperator([1, 10]);
    const x = complexVector(2, Float64Array.of(1, 0, 3, 0));
    expect([...composeOperators(double, swap, mark).apply(x).data]).toEqual([60, 0, 2, 0]);
    expect([...composeOperators(mark, swap, double).apply(x).data]).toEqual([6, 0, 20, 0]);
  });

  it("adds up the flops and bytes of its parts, each part once", () => {
    const part = denseOperator(randomMatrix(4, 4, false, 1));
    const twice = composeOperators(part, part);
    expect(twice.memoryBytes).toBe(part.memoryBytes + 64);
    twice.apply(complexVector(4));
    twice.adjoint(complexVector(4));
    expect(twice.cost).toEqual({ applies: 1, adjoints: 1, flops: 4 * 8 * 16 });
    expect(part.cost.flops).toBe(4 * 8 * 16);
  });

  it("refuses operators that do not fit, and none", async () => {
    const [a, b] = [fourierOperator(4), fourierOperator(5)];
    expect((await thrownBy(() => composeOperators(a, b))).message).toBe(
      "composeOperators: operators[1] has 5 rows; expected 4 (operators[0].columns)",
    );
    expect((await thrownBy(() => composeOperators())).code).toBe("shape");
  });
});

describe("stackOperators", () => {
  it("lists the measurements of its parts in order", () => {
    const operator = stackOperators(diagonalOperator([1, 2]), denseOperator([[1, 1]]));
    const x = complexVector(2, Float64Array.of(1, 0, 10, 0));
    expect([...operator.apply(x).data]).toEqual([1, 0, 20, 0, 11, 0]);
    const y = complexVector(3, Float64Array.of(1, 0, 1, 0, 1, 0));
    expect([...operator.adjoint(y).data]).toEqual([2, 0, 3, 0]);
    expect(operator.cost).toEqual({ applies: 1, adjoints: 1, flops: 2 * (12 + 8) });
  });

  it("refuses operators of different width, and none", async () => {
    expect((await thrownBy(() => stackOperators(fourierOperator(4), fourierOperator(5)))).message).toBe(
      "stackOperators: operators[1] has 5 columns; expected 4 as in operators[0]",
    );
    expect((await thrownBy(() => stackOperators())).code).toBe("shape");
  });
});

describe("scaleOperator", () => {
  const factors = [randomMatrix(2, 3, false, 1), randomMatrix(3, 4, false, 2)];
  const parts = {
    dense: denseOperator(randomMatrix(4, 6, false, 3)),
    kronecker: kroneckerOperator(factors),
    "khatri-rao": khatriRaoOperator([randomMatrix(2, 5, false, 4), randomMatrix(2, 5, false, 5)]),
  };

  for (const [kind, operator] of Object.entries(parts)) {
    it(`by a power of two gives the same bits, scaled (${kind})`, () => {
      const scaled = scaleOperator(operator, 2 ** -7);
      const { rows, columns } = operator;
      const times = (data: Float64Array, power: number) => data.map((value) => value * 2 ** power);
      const x = complexVector(columns, randomMatrix(columns, 1, false, 6).data);
      const y = complexVector(rows, randomMatrix(rows, 1, false, 7).data);
      const priorVariance = Float64Array.from({ length: columns }, (_, n) => 1 / (n + 3));
      expect(scaled.apply(x).data).toEqual(times(operator.apply(x).data, -7));
      expect(scaled.adjoint(y).data).toEqual(times(operator.adjoint(y).data, -7));
      expect(scaled.atoms([0, 1]).data).toEqual(times(operator.atoms([0, 1]).data, -7));
      expect(scaled.gram([0, 1]).data).toEqual(times(operator.gram([0, 1]).data, -14));
      const covariance = operator.covariance(priorVariance);
      expect(scaled.covariance(priorVariance).data).toEqual(times(covariance.data, -14));
      expect(scaled.columnNorms()).toEqual(times(operator.columnNorms(), -14));
    });
  }

  it("counts on the original's counters", () => {
    for (const operator of Object.values(parts)) {
      const { applies } = operator.cost;
      scaleOperator(operator, 3).apply(complexVector(operator.columns));
      expect(operator.cost.applies).toBe(applies + 1);
    }
  });

  it("scales the first Kronecker factor only, and keeps the structure", () => {
    const scaled = scaleOperator(parts.kronecker, 0.5);
    expect(scaled.factors?.[0].data).toEqual(factors[0].data.map((value) => value / 2));
    expect(scaled.factors?.[1]).toEqual(factors[1]);
  });

  it("brings extreme entries back before anything is squared", () => {
    const tiny = denseOperator([[2 ** -600, 2 ** -601]]);
    expect(tiny.columnNorms()).toEqual(Float64Array.of(0, 0));
    expect(scaleOperator(tiny, 2 ** 600).columnNorms()).toEqual(Float64Array.of(1, 0.25));
    const one = [[1, 1]];
    const large = kroneckerOperator([[[2 ** 600]], one]);
    expect(scaleOperator(large, 2 ** -600).covariance(Float64Array.of(1, 2)).data[0]).toBe(3);
  });

  it("refuses a factor that is not finite", async () => {
    expect((await thrownBy(() => scaleOperator(parts.dense, Number.NaN))).code).toBe("range");
  });
});

describe("BaseOperator", () => {
  class Nothing extends BaseOperator {
    constructor(rows: number, columns: number) {
      super({ kind: "nothing", rows, columns, real: true, ownBytes: 0, flopsPerProduct: 0 });
    }
    protected applyInto(_x: Float64Array, out: Float64Array): void {
      out.fill(0);
    }
    protected adjointInto(_y: Float64Array, out: Float64Array): void {
      out.fill(0);
    }
  }

  it("refuses impossible sizes", async () => {
    expect((await thrownBy(() => new Nothing(0, 1))).message).toBe(
      "nothing: rows has 0; expected a whole number of at least 1",
    );
    expect((await thrownBy(() => new Nothing(1, 1.5))).code).toBe("shape");
    expect((await thrownBy(() => new Nothing(1, 2 ** 31))).code).toBe("limit");
  });

  it("names the operator and the method in its messages", async () => {
    const error = await thrownBy(() => new Nothing(3, 64).apply(complexVector(63)));
    expect(error.message).toBe("nothing.apply: x has 63 elements; expected 64 (columns)");
  });

  it("gives the zero operator zeros everywhere", () => {
    const zero = new Nothing(2, 3);
    expect(zero.columnNorms()).toEqual(new Float64Array(3));
    expect(zero.covariance(new Float64Array(3).fill(1))).toEqual(complexMatrix(2, 2));
  });
});
