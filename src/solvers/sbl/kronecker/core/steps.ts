/** Kronecker-structured sparse Bayesian learning with coefficients that are free, of low rank, or either. */
import { timesPowerOfTwo } from "../../../../complex/scale.js";
import { shapeError } from "../../../../errors.js";
import { withRoom } from "../../../../kernels/room.js";
import type { SolverSteps } from "../../../contract.js";
import type { KroneckerProblem } from "../../../kronecker-problem.js";
import type { NoiseStart } from "../../../noise.js";
import { startingNoise } from "../../hyperparameters.js";
import type { MaskedProblem } from "../mask/mask.js";
import { kroneckerMmSteps } from "../mm.js";
import type { KroneckerSblResult } from "../result.js";
import type { KroneckerSettings } from "../settings.js";
import { chooseCore, criterionOf } from "./choice.js";
import { type CoreSettings, kroneckerCoreSteps } from "./vb.js";

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
  const { factors } = problem;
  if (core === undefined || core === "free") return kroneckerMmSteps(who, problem, settings, noise);
  checkSnapshots(who, problem, core);
  if (factors.length === 1) return kroneckerMmSteps(who, problem, settings, noise);
  if (core === "auto") return chosenCoreSteps(who, problem, settings, noise);
  const noiseVariance = startingNoise(who, noise, problem);
  const start = { rank: core, noiseVariance, learnNoise: noise.learned, iterations: 0 };
  return kroneckerCoreSteps(who, problem, settings, start);
}

/** @throws `shape` if there are several snapshots: what their cores would have in common is not modelled */
export function checkSnapshots(
  who: string,
  { snapshots }: Pick<KroneckerProblem, "snapshots">,
  core: "auto" | number,
): void {
  if (snapshots === 1) return;
  const expected = `1, because core is ${JSON.stringify(core)}`;
  throw shapeError(who, "measurement", `${snapshots} snapshots`, expected);
}

/** Finds the support with a free core, and goes on with the core that the measurement speaks for. */
function* chosenCoreSteps(
  who: string,
  problem: MaskedProblem,
  settings: KroneckerSettings,
  noise: NoiseStart,
): SolverSteps<KroneckerSblResult> {
  const free = yield* kroneckerMmSteps(who, problem, settings, noise);
  return yield* coreStepsAfter(who, problem, { ...settings, core: "auto" }, noise, free);
}

/**
 * Goes on after an answer with a free core: with the core that the settings name, or that the measurement speaks for. The
 * answer is that of the free core where it is chosen, or has found nothing, or is better after all.
 */
export function* coreStepsAfter(
  who: string,
  problem: KroneckerProblem,
  settings: CoreSettings & { readonly core: "auto" | number },
  noise: NoiseStart,
  free: KroneckerSblResult,
): SolverSteps<KroneckerSblResult> {
  const normalised = (variance: number) => timesPowerOfTwo(variance, -2 * problem.units.measurementExponent);
  const noiseVariance = normalised(free.noiseVariance);
  if (free.support.length === 0 || free.reason === "breakdown" || !(noiseVariance > 0)) return free;
  const start = { noiseVariance, learnNoise: noise.learned, iterations: free.iterations };
  if (settings.core !== "auto") {
    return yield* kroneckerCoreSteps(who, problem, settings, { ...start, rank: settings.core });
  }
  const choice = withRoom(who, (room) => chooseCore(problem, free, noiseVariance, room));
  if (choice.core === "free") return free;
  const low = yield* kroneckerCoreSteps(who, problem, settings, { ...start, rank: choice.core });
  // Not if the search for its atoms has failed.
  const better = criterionOf(problem, low, normalised(low.noiseVariance)) <= choice.free;
  return better ? low : { ...free, iterations: low.iterations };
}
