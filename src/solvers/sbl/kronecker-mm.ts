/** Kronecker-structured sparse Bayesian learning by majorise-minimise steps on the evidence. */
import { splitInto } from "../../complex/planar.js";
import { type Room, roomSteps, withRoom } from "../../kernels/room.js";
import type { SolverSteps, StopReason } from "../contract.js";
import type { NoiseStart } from "../noise.js";
import { gaussianLogDensity } from "../posterior/posterior.js";
import { restoreLogEvidence } from "../problem.js";
import { meanPower, noiseFloor, priorUnit, startingNoise } from "./hyperparameters.js";
import { type Ascent, createAscent, restart, sweepModes, sweepsBeforePruning } from "./kronecker-ascent.js";
import { effectiveVariance, readCouplings } from "./kronecker-coupling.js";
import { cost } from "./kronecker-marginal.js";
import { gridMeasurement, type MaskedProblem } from "./kronecker-mask.js";
import { checkMaskedMemory } from "./kronecker-mask-model.js";
import { createMaskedPosterior } from "./kronecker-mask-posterior.js";
import { balancedLevel, createModes, type Mode } from "./kronecker-modes.js";
import { createPosteriorWorkspace } from "./kronecker-posterior.js";
import { type KroneckerSblResult, kroneckerResult } from "./kronecker-result.js";
import { attempt, createSearch } from "./kronecker-search.js";
import { type KroneckerSettings, perMode } from "./kronecker-settings.js";
import { createSnapshot, restore, type Snapshot, save } from "./kronecker-snapshot.js";
import { trim } from "./kronecker-trim.js";

const defaultRestarts = 10;
/** How often, at most, sweeps follow the removal of atoms. */
const maxTrims = 3;

interface State {
  readonly who: string;
  readonly problem: MaskedProblem;
  readonly ascent: Ascent;
  /** The last hyperparameters whose decompositions could be computed. */
  readonly sound: Snapshot;
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
    const ascent = createAscent(modes, readData(problem, room), noiseVariance, ascentSettings, room);
    couple(ascent);
    const state = { who, problem, ascent, sound: createSnapshot(ascent), iterations: 0, answer: undefined };
    return iterate(state, settings);
  });
}

function readData(problem: MaskedProblem, room: Room) {
  const { snapshots, real, mask } = problem;
  const { data, rows } = gridMeasurement(problem);
  const y = room.planar(rows * snapshots, real);
  splitInto(data, y);
  const energy = data.reduce((sum, value) => sum + value * value, 0);
  return { measurement: y, snapshots, real, energy, mask };
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
  if (modes.some((mode) => mode.count === 0)) return end(state, "empty-support");
  const atoms = modes.map((mode) => mode.active.slice(0, mode.count));
  let reason = yield* climb(state, settings);
  const { restarts = defaultRestarts } = settings;
  if (reason === "breakdown" || reason === "empty-support" || restarts === 0) return end(state, reason);

  const search = createSearch(ascent, atoms);
  for (let k = 0; k < restarts; k++) {
    const before = search.bestCost;
    attempt(search);
    const change = (before - search.bestCost) / Math.max(1, Math.abs(before));
    yield stepOf(state, change, cost(ascent.marginal), reason);
  }
  for (let k = 0; k < maxTrims; k++) {
    reason = yield* climb(state, settings);
    if (reason === "breakdown" || reason === "empty-support" || trim(ascent, search.trial) === 0) break;
  }
  return end(state, reason);
}

/** Sweeps until γ settles. */
function* climb(
  state: State,
  { maxIterations, tolerance }: KroneckerSettings,
): Generator<ReturnType<typeof stepOf>, StopReason, undefined> {
  const { ascent, sound } = state;
  const { modes } = ascent.marginal;
  if (!restart(ascent)) return "breakdown";
  for (let sweep = 0; sweep < maxIterations; sweep++) {
    const entering = cost(ascent.marginal);
    if (Number.isNaN(entering)) {
      if (sweep > 0) restore(sound, ascent);
      return "breakdown";
    }
    save(ascent, sound);
    const atoms = countAtoms(modes);
    const change = sweepModes(ascent, sweep);
    if (Number.isNaN(change)) {
      const isEmpty = ascent.marginal.modes.some((mode) => mode.count === 0);
      if (isEmpty) return "empty-support";
      restore(sound, ascent);
      return "breakdown";
    }
    // Not before pruning, nor just after: the support is the atoms that are left, and their γ is to be settled.
    const isPruned = sweep >= sweepsBeforePruning && countAtoms(modes) === atoms;
    const settled = isPruned && change <= tolerance;
    const reason = settled ? "tolerance" : "max-iterations";
    yield stepOf(state, change, entering, reason);
    if (reason === "tolerance") return reason;
  }
  return "max-iterations";
}

function countAtoms(modes: readonly Mode[]): number {
  let count = 0;
  for (const mode of modes) count += mode.count;
  return count;
}

function stepOf(state: State, change: number, entering: number, reason: StopReason) {
  const { problem, ascent } = state;
  const iteration = ++state.iterations;
  const { snapshots, real, modes } = ascent.marginal;
  const { rows } = problem.measurement;
  return {
    iteration,
    change,
    supportSize: modes.reduce((product, mode) => product * mode.count, 1),
    // L holds log-determinant and quadratic form already.
    logEvidence: restoreLogEvidence(gaussianLogDensity({ rows, snapshots, real }, entering, 0), problem),
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
