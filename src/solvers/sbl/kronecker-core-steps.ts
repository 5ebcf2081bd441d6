/** Kronecker-structured sparse Bayesian learning with coefficients that are free, of low rank, or either. */
import { timesPowerOfTwo } from "../../complex/scale.js";
import { shapeError } from "../../errors.js";
import { withRoom } from "../../kernels/room.js";
import type { SolverSteps } from "../contract.js";
import type { NoiseStart } from "../noise.js";
import { startingNoise } from "./hyperparameters.js";
import { chooseCore, criterionOf } from "./kronecker-core-choice.js";
import { kroneckerCoreSteps } from "./kronecker-core-vb.js";
import type { MaskedProblem } from "./kronecker-mask.js";
import { kroneckerMmSteps } from "./kronecker-mm.js";
import type { KroneckerSblResult } from "./kronecker-result.js";
import type { KroneckerSettings } from "./kronecker-settings.js";

/**
 * The method "mm" with the option `core`. With one mode all cores are the same, and the answer is that of the free one.
 *
 * @throws `shape` if the core is not free and there are several snapshots
 */
export function kroneckerStepsByCore(
  who: string,
  problem: MaskedProblem,
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
  problem: MaskedProblem,
  settings: KroneckerSettings,
  noise: NoiseStart,
): SolverSteps<KroneckerSblResult> {
  const free = yield* kroneckerMmSteps(who, problem, settings, noise);
  const normalised = (variance: number) => timesPowerOfTwo(variance, -2 * problem.units.measurementExponent);
  const noiseVariance = normalised(free.noiseVariance);
  if (free.support.length === 0 || free.reason === "breakdown" || !(noiseVariance > 0)) return free;
  const choice = withRoom(who, (room) => chooseCore(problem, free, noiseVariance, room));
  if (choice.core === "free") return free;
  const start = { rank: choice.core, noiseVariance, learnNoise: noise.learned, iterations: free.iterations };
  const low = yield* kroneckerCoreSteps(who, problem, settings, start);
  // Not if the search for its atoms has failed.
  const better = criterionOf(problem, low, normalised(low.noiseVariance)) <= choice.free;
  return better ? low : { ...free, iterations: low.iterations };
}
