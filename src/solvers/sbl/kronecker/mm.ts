/** Kronecker-structured sparse Bayesian learning by majorise-minimise steps on the evidence. */
import { roomSteps, withRoom } from "../../../kernels/room.js";
import type { SolverSteps, StopReason } from "../../contract.js";
import type { NoiseStart } from "../../noise.js";
import { gaussianLogDensity } from "../../posterior/posterior.js";
import { restoreLogEvidence } from "../../problem.js";
import { meanPower, noiseFloor, priorUnit, startingNoise } from "../hyperparameters.js";
import { type Ascent, createAscent } from "./ascent.js";
import { type Climb, climb } from "./climb.js";
import { effectiveVariance, readCouplings } from "./coupling.js";
import { marginalData } from "./marginal.js";
import { gridMeasurement, type MaskedProblem } from "./mask/mask.js";
import { checkMaskedMemory } from "./mask/model.js";
import { createMaskedPosterior } from "./mask/posterior.js";
import { balancedLevel, createModes } from "./modes.js";
import { createPosteriorWorkspace } from "./posterior.js";
import { type KroneckerSblResult, kroneckerResult } from "./result.js";
import { type KroneckerSettings, perMode } from "./settings.js";

interface State {
  readonly who: string;
  readonly problem: MaskedProblem;
  readonly ascent: Ascent;
  iterations: number;
  /** The result, once there is one. */
  answer: KroneckerSblResult | undefined;
}

/**
 * @throws `option` if there is not one number for each mode; `range` if the noise variance has no number here; `limit` if
 *   the mask takes too much working memory
 */
export function kroneckerMmSteps(
  who: string,
  problem: MaskedProblem,
  settings: KroneckerSettings,
  noise: NoiseStart,
): SolverSteps<KroneckerSblResult> {
  const { factors } = problem;
  const { couplingMatrices = factors.map(() => null) } = settings;
  const ascentSettings = {
    exponent: settings.exponent ?? 1,
    learnNoise: noise.learned,
    noiseFloor: noiseFloor * meanPower(problem),
    pruneRatio: perMode(who, "pruneRatio", settings.pruneRatio ?? 1e-4, factors.length),
    couplings: readCouplings(who, couplingMatrices, factors),
  };
  const noiseVariance = startingNoise(who, noise, problem);
  const level = settings.initial === "ones" ? priorUnit(problem) : balancedLevel(factors, meanPower(problem));
  checkMaskedMemory(who, problem);
  return roomSteps(who, (room) => {
    const modes = createModes(factors, level);
    const ascent = createAscent(modes, marginalData(problem, room), noiseVariance, ascentSettings, room);
    couple(ascent);
    const state = { who, problem, ascent, iterations: 0, answer: undefined };
    return iterate(state, settings);
  });
}

/** Latent variances at the level of the start. */
function couple({ marginal, couplings }: Ascent): void {
  marginal.modes.forEach((mode, n) => {
    const coupling = couplings[n];
    if (coupling === undefined || mode.count === 0) return;
    coupling.values.fill(mode.priorVariance[0]);
    effectiveVariance(coupling, mode);
  });
}

function* iterate(state: State, settings: KroneckerSettings): SolverSteps<KroneckerSblResult> {
  const { problem, ascent } = state;
  const { modes } = ascent.marginal;
  if (problem.zero) {
    // The evidence of y = 0 is largest at γ = 0.
    for (const mode of modes) mode.count = 0;
    return end(state, "zero-measurement");
  }
  const climbing = climb(ascent, settings);
  for (;;) {
    const { done, value } = climbing.next();
    if (done) return end(state, value);
    yield stepOf(state, value);
  }
}

function stepOf(state: State, { change, cost, reason }: Climb) {
  const { problem, ascent } = state;
  const iteration = ++state.iterations;
  const { snapshots, real, modes } = ascent.marginal;
  const { rows } = problem.measurement;
  return {
    iteration,
    change,
    supportSize: modes.reduce((product, mode) => product * mode.count, 1),
    // L holds log-determinant and quadratic form already.
    logEvidence: restoreLogEvidence(gaussianLogDensity({ rows, snapshots, real }, cost, 0), problem),
    current: () => state.answer ?? finish(state, iteration, reason),
  };
}

/** Ends the run; from now on its working memory is not there. */
function end(state: State, reason: StopReason): KroneckerSblResult {
  state.answer = finish(state, state.iterations, reason);
  return state.answer;
}

function finish({ who, problem, ascent }: State, iterations: number, reason: StopReason): KroneckerSblResult {
  const { modes, noiseVariance, masked: model } = ascent.marginal;
  return withRoom(who, (room) => {
    const measurement = gridMeasurement(problem);
    const posterior = createPosteriorWorkspace(modes, { ...problem, measurement }, room);
    const masked = model && createMaskedPosterior(model, posterior, modes, room);
    return kroneckerResult({ problem, modes, noiseVariance, masked }, posterior, iterations, reason);
  });
}
