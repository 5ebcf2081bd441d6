/** Kronecker-structured sparse Bayesian learning with coefficients that are free, of low rank, or either. */
import { timesPowerOfTwo } from "../../complex/scale.js";
import { shapeError } from "../../errors.js";
import { withRoom } from "../../kernels/room.js";
import type { SolverSteps } from "../contract.js";
import type { KroneckerProblem } from "../kronecker-problem.js";
import type { NoiseStart } from "../noise.js";
import { startingNoise } from "./hyperparameters.js";
import { chooseCore } from "./kronecker-core-choice.js";
import { kroneckerCoreSteps } from "./kronecker-core-vb.js";
import { kroneckerMmSteps } from "./kronecker-mm.js";
import { createModes, type Mode } from "./kronecker-modes.js";
import type { KroneckerSblResult } from "./kronecker-result.js";
import type { KroneckerSettings } from "./kronecker-settings.js";

/**
 * The method "mm" with the option `core`. With one mode all cores are the same, and the answer is that of the free one.
 *
 * @throws `shape` if the core is not free and there are several snapshots
 */
export function kroneckerStepsByCore(
  who: string,
  problem: KroneckerProblem,
  settings: KroneckerSettings,
  noise: NoiseStart,
): SolverSteps<KroneckerSblResult> {
  const { core } = settings;
  const { factors, snapshots } = problem;
  if (core === undefined || core === "free") return kroneckerMmSteps(who, problem, settings, noise);
  if (snapshots !== 1) {
    throw shapeError(
      who,
      "measurement",
      `${snapshots} snapshots`,
      `1, because core is ${JSON.stringify(core)}`,
    );
  }
  if (factors.length === 1) return kroneckerMmSteps(who, problem, settings, noise);
  if (core === "auto") return chosenCoreSteps(who, problem, settings, noise);
  const noiseVariance = startingNoise(who, noise, problem);
  const start = { rank: core, noiseVariance, learnNoise: noise.learned, iterations: 0 };
  return kroneckerCoreSteps(who, problem, settings, start);
}

/** Finds the support with a free core, and goes on with the core that the measurement speaks for. */
function* chosenCoreSteps(
  who: string,
  problem: KroneckerProblem,
  settings: KroneckerSettings,
  noise: NoiseStart,
): SolverSteps<KroneckerSblResult> {
  const free = yield* kroneckerMmSteps(who, problem, settings, noise);
  const noiseVariance = timesPowerOfTwo(free.noiseVariance, -2 * problem.units.measurementExponent);
  const found = free.support.length > 0 && free.reason !== "breakdown" && noiseVariance > 0;
  if (!found) return free;
  const rank = withRoom(who, (room) => chooseCore(problem, activeModes(problem, free), noiseVariance, room));
  if (rank === "free") return free;
  const start = { rank, noiseVariance, learnNoise: noise.learned, iterations: free.iterations };
  return yield* kroneckerCoreSteps(who, problem, settings, start);
}

/** The modes with the atoms that are left. */
function activeModes({ factors }: KroneckerProblem, { hyperparameters }: KroneckerSblResult): Mode[] {
  const modes = createModes(factors, 1);
  if (hyperparameters.kind !== "kronecker") return modes;
  modes.forEach((mode, n) => {
    const gamma = hyperparameters.factors[n];
    const left = mode.active.slice(0, mode.count).filter((atom) => gamma[atom] > 0);
    mode.active.set(left);
    mode.count = left.length;
  });
  return modes;
}
