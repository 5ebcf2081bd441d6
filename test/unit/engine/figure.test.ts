import { describe, expect, it } from "vitest";
import { readFigure } from "../../../simulations/engine/figure.js";
import { isSparseError } from "../../../src/errors.js";
import { thrownBy } from "../../support/thrown.js";
import { toyFigure } from "../../support/toy-study.mjs";

const changed = (change: object): string => JSON.stringify({ ...toyFigure, ...change });

describe("readFigure", () => {
  it("reads back what a figure holds", () => {
    expect(readFigure("toy.json", JSON.stringify(toyFigure))).toEqual(toyFigure);
  });

  it.each([
    [{ id: "../../etc" }, "id is", "letters, digits and hyphens"],
    [{ trials: 0 }, "trials is 0", "at least 1"],
    [{ trials: 1.5 }, "trials is 1.5", "an integer"],
    [{ trials: "many" }, 'trials is "many"', "number"],
    [{ seed: -1 }, "seed is -1", "at least 0"],
    [{ grid: { samples: [] } }, "grid.samples is", "at least one number"],
    [{ grid: { samples: [4, "8"] } }, 'grid.samples.1 is "8"', "number"],
    [{ configuration: 3 }, "configuration is 3", "an object"],
    [{ estimators: [] }, "estimators is", "at least one name"],
    [{ metrics: undefined }, "metrics is missing", "a figure with all fields"],
    [{ trails: 3 }, 'field "trails" is unknown', "did you mean trials?"],
  ])("refuses %j", async (change, received, expected) => {
    const error = await thrownBy(() => readFigure("toy.json", changed(change)));
    expect(isSparseError(error, "option")).toBe(true);
    expect(error.message).toMatch(/^run: toy\.json: /);
    expect(error.message).toContain(received);
    expect(error.message).toContain(expected);
  });
});
