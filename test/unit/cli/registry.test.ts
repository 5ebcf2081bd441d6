import { describe, expect, it } from "vitest";
import { pick } from "../../../simulations/engine/names.js";
import { scenarioFigure } from "../../../simulations/engine/overrides.js";
import { createPlan } from "../../../simulations/engine/plan.js";
import { registry } from "../../../simulations/registry.js";

const { figures, scenarios } = registry;

describe("the registry", () => {
  it("has every name once", () => {
    const names = [...figures, ...scenarios].map(({ id }) => id);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(figures)("can plan figure $id", (figure) => {
    const [scenario] = pick("run", "scenario", scenarios, [figure.scenario]);
    expect(createPlan(figure, scenario!).points.length).toBeGreaterThan(1);
  });

  it.each(scenarios)("can plan scenario $id with its defaults", (scenario) => {
    const plan = createPlan(scenarioFigure(scenario), scenario);
    // What `--set` can change is what the defaults list.
    expect(Object.keys(plan.configuration).length).toBeGreaterThan(0);
  });
});
