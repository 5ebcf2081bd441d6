import { describe, expect, it } from "vitest";
import { solverOptions } from "../../../simulations/commands/solve-options.js";
import { errorOf } from "../../support/file-bytes.js";

function greedy(...set: string[]): Record<string, unknown> {
  return solverOptions("omp", false, { set });
}

describe("--set", () => {
  it("reads numbers, truth values, lists and words", () => {
    expect(
      greedy(
        "sparsity=5",
        "a=-1e-3",
        "b=.5",
        "c=true",
        "d=false",
        "e=1e-2,1e-1, 1e-3",
        "f=[1, 2]",
        "g=[3]",
        "h=[]",
        "i=fixed-point",
      ),
    ).toEqual({
      sparsity: 5,
      a: -1e-3,
      b: 0.5,
      c: true,
      d: false,
      e: [1e-2, 1e-1, 1e-3],
      f: [1, 2],
      g: [3],
      h: [],
      i: "fixed-point",
    });
  });

  it("nests dotted keys, and takes blanks round the equals sign", () => {
    expect(greedy("outer.inner.x = 1", "outer.y=2", "z=a=b")).toEqual({
      outer: { inner: { x: 1 }, y: 2 },
      z: "a=b",
    });
  });

  it.each([
    "",
    "=5",
    "key",
    "1key=5",
    "a..b=5",
    "a.=5",
    ".a=5",
    "__proto__=5",
    "a.__proto__.b=5",
    "a b=5",
    "key=",
  ])("refuses %j", (setting) => {
    expect(errorOf(() => greedy(setting)).code).toBe("option");
  });

  it.each(["x=1,two", "x=[1,]", "x=,", "x=[[1],[2]]", "x=1e999", "x=1,NaN", "x=1,-Infinity", "x=1,0x10"])(
    "refuses the numbers of %s",
    (setting) => {
      expect(errorOf(() => greedy(setting))).toMatchObject({ code: "option", parameter: "x" });
    },
  );

  it("leaves words that only look like numbers to the solver", () => {
    expect(greedy("x=NaN", "y=0x10", "z=1e")).toEqual({ x: "NaN", y: "0x10", z: "1e" });
  });

  it("refuses a key that is given twice, or as a value and as a group", () => {
    for (const [first, second] of [
      ["x=1", "x=2"],
      ["x=1", "x.y=2"],
      ["x.y=1", "x=2"],
      ["x.y=1", "x.y=1"],
    ] as const) {
      expect(errorOf(() => greedy(first, second)).code).toBe("option");
    }
    expect(greedy("x=1", "xy=2")).toEqual({ x: 1, xy: 2 });
  });

  it("does not touch the prototype of objects", () => {
    const options = greedy("constructor.prototype.polluted=1");
    expect(Object.hasOwn(options, "constructor")).toBe(true);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

describe("the noise", () => {
  const bayesian = (flags: { noiseVariance?: string; learnNoise?: boolean; set?: string[] }) =>
    solverOptions("sbl", true, { set: [], ...flags });

  it("is known or learned for a Bayesian solver", () => {
    expect(bayesian({ noiseVariance: "1e-2" })).toEqual({ noise: { kind: "known", variance: 0.01 } });
    expect(bayesian({ learnNoise: true })).toEqual({ noise: { kind: "learned" } });
    expect(bayesian({ learnNoise: true, set: ["noise.initial=0.1"] })).toEqual({
      noise: { kind: "learned", initial: 0.1 },
    });
    expect(bayesian({ set: ["noise.kind=learned"] })).toEqual({ noise: { kind: "learned" } });
  });

  it("ends the run of a greedy solver, which cannot learn it", () => {
    expect(solverOptions("omp", false, { set: [], noiseVariance: "2" })).toEqual({ noiseVariance: 2 });
    expect(errorOf(() => solverOptions("omp", false, { set: [], learnNoise: true })).code).toBe("option");
  });

  it("must be given once, as a number", () => {
    expect(errorOf(() => bayesian({})).message).toBe(
      "solve: option noise is missing; expected --noise-variance V or --learn-noise",
    );
    expect(errorOf(() => bayesian({ noiseVariance: "1", learnNoise: true })).code).toBe("option");
    expect(errorOf(() => bayesian({ noiseVariance: "1", set: ["noise.variance=2"] })).code).toBe("option");
    expect(errorOf(() => bayesian({ noiseVariance: "1", set: ["noise=2"] })).code).toBe("option");
    for (const noiseVariance of ["", "small", "1,2", "NaN", "1e999", "Infinity"]) {
      expect(errorOf(() => bayesian({ noiseVariance })).code).toBe("option");
    }
  });
});
