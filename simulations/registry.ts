/** The scenarios and figures of this package, in the order in which `sparsewave list` shows them. */
import type { AnyScenario, Registry } from "./engine/contract.js";
import { figures } from "./figures/index.js";
import { irsScenario } from "./irs/scenario.js";
import { kroneckerScenario } from "./kronecker/scenario.js";

const scenarios: readonly AnyScenario[] = [irsScenario, kroneckerScenario];

export const registry: Registry = { scenarios, figures };
