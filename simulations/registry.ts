/** The scenarios and figures of this package, in the order in which `sparsewave list` shows them. */
import type { AnyScenario, FigureConfiguration, Registry } from "./engine/contract.js";
import { irsSnr } from "./figures/irs-snr.js";
import { irsScenario } from "./irs/scenario.js";
import { kroneckerScenario } from "./kronecker/scenario.js";

const scenarios: readonly AnyScenario[] = [irsScenario, kroneckerScenario];

const figures: readonly FigureConfiguration[] = [irsSnr];

export const registry: Registry = { scenarios, figures };
