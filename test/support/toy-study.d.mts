import type { AnyScenario, FigureConfiguration, Registry } from "../../simulations/engine/contract.js";

export const toyScenario: AnyScenario;
export const toyFigure: FigureConfiguration;
export const brokenScenarios: readonly AnyScenario[];
export const registry: Registry;
