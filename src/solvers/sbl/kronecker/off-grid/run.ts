/** The run of Kronecker-structured sparse Bayesian learning off the grid: on the grids first, then between their points. */
import type { ParametricDictionary } from "../../../../dictionaries/index.js";
import { type Room, roomSteps } from "../../../../kernels/room.js";
import type { SolverStep, SolverSteps, StopReason } from "../../../contract.js";
import type { KroneckerProblem } from "../../../kronecker-problem.js";
import type { NoiseStart } from "../../../noise.js";
import { gaussianLogDensity } from "../../../posterior/posterior.js";
import { restoreLogEvidence } from "../../../problem.js";
import { meanPower, noiseFloor, startingNoise } from "../../hyperparameters.js";
import type { OffGridSettings } from "../../off-grid-kronecker-sbl.js";
import { type Ascent, type AscentSettings, createAscent, restart } from "../ascent.js";
import { climb } from "../climb.js";
import { marginalData } from "../marginal.js";
import { balancedLevel, createModes } from "../modes.js";
import { perMode } from "../settings.js";
import { createGridAscent } from "./ascent.js";
import { createGridAtoms, reportedGrid } from "./atoms.js";
import { createGrowing } from "./growing.js";
import { activePoints, type OffGridKroneckerSblResult, offGridResult, type Standing } from "./result.js";
import { searchOffGrid } from "./search.js";

/** What the run works on. */
export interface OffGridProblem {
  readonly dictionaries: readonly ParametricDictionary[];
  /** The factors of the problem are those of the dictionaries times 2^−exponent. */
  readonly exponents: readonly number[];
  readonly problem: KroneckerProblem;
}

interface Run extends OffGridProblem {
  readonly who: string;
  readonly settings: OffGridSettings;
  iterations: number;
  /** The result, once there is one. */
  answer: OffGridKroneckerSblResult | undefined;
}

type Step = SolverStep<OffGridKroneckerSblResult>;
type Part = SolverSteps<OffGridKroneckerSblResult>;

/** A part of the run at work. */
interface Work {
  readonly run: Run;
  readonly ascent: Ascent;
  standing(): Standing;
}

/** @throws `option` if there is not one number for each mode; `range` if the noise variance has no number here */
export function offGridSteps(
  who: string,
  input: OffGridProblem,
  settings: OffGridSettings,
  noise: NoiseStart,
): Part {
  const { problem } = input;
  const { factors } = problem;
  const ascentSettings: AscentSettings = {
    exponent: settings.exponent ?? 1,
    learnNoise: noise.learned,
    noiseFloor: noiseFloor * meanPower(problem),
    pruneRatio: perMode(who, "pruneRatio", settings.pruneRatio ?? 1e-4, factors.length),
    couplings: factors.map(() => undefined),
  };
  const noiseVariance = startingNoise(who, noise, problem);
  const run: Run = { ...input, who, settings, iterations: 0, answer: undefined };
  return steps(run, ascentSettings, noiseVariance);
}

function* steps(run: Run, settings: AscentSettings, noiseVariance: number): Part {
  const { who, problem, dictionaries } = run;
  const { factors } = problem;
  const modes = createModes(factors, balancedLevel(factors, meanPower(problem)));
  const grids = () => activePoints(dictionaries, modes);
  const found = { modes, noiseVariance, grids };
  const reason = yield* roomSteps(who, function* (room) {
    const ascent = createAscent(modes, marginalData(problem, room), noiseVariance, settings, room);
    const standing = () => ({ modes, noiseVariance: ascent.marginal.noiseVariance, grids });
    const ended = yield* searchGrid({ run, ascent, standing });
    found.noiseVariance = ascent.marginal.noiseVariance;
    return ended;
  });
  if (reason !== "tolerance" && reason !== "max-iterations") {
    return end({ run, standing: () => found }, reason);
  }
  return yield* roomSteps(who, (room) => leaveGrid(run, found, settings, room));
}

/** On the grids: sweeps, the search for a higher maximum, sweeps. */
function* searchGrid(work: Work): Generator<Step, StopReason, undefined> {
  const { run, ascent } = work;
  if (run.problem.zero) {
    // The evidence of y = 0 is largest at γ = 0.
    for (const mode of ascent.marginal.modes) mode.count = 0;
    return "zero-measurement";
  }
  const climbing = climb(ascent, run.settings);
  for (;;) {
    const { done, value } = climbing.next();
    if (done) return value;
    yield stepOf(work, value.change, value.cost, value.reason);
  }
}

const defaultRestarts = 10;
/** Atoms that a mode may have more than it had on the grid. */
const spareAtoms = 4;

/** The few atoms that are left, on the move. */
function* leaveGrid(run: Run, found: Standing, settings: AscentSettings, room: Room): Part {
  const { problem, dictionaries, exponents } = run;
  const { factors } = problem;
  const atoms = dictionaries.map((dictionary, n) => {
    const mode = found.modes[n];
    const capacity = Math.min(mode.atoms, mode.count + spareAtoms);
    const storage = room.planar(mode.rows * capacity, problem.real);
    return createGridAtoms(dictionary, exponents[n], mode, storage, capacity);
  });
  const modes = atoms.map(({ mode }) => mode);
  // Off the grid, the evidence decides which atoms are removed.
  const pruneRatio = settings.pruneRatio.map(() => 0);
  const data = marginalData(problem, room);
  const ascent = createAscent(modes, data, found.noiseVariance, { ...settings, pruneRatio }, room);
  const grids = dictionaries.map(({ grid }) => grid);
  const cells = grids.map(({ size }) => size);
  const grid = createGridAscent(ascent, atoms, cells, room);
  const growing = createGrowing(grid, factors, grids, room);
  const { tolerance, maxIterations, restarts = defaultRestarts } = run.settings;
  const ways = factors.map(({ rows, columns }) => waysToBuild(restarts, columns / rows));
  const standing = () => ({
    modes,
    noiseVariance: ascent.marginal.noiseVariance,
    grids: () => atoms.map(reportedGrid),
  });
  const work = { run, ascent, standing };
  if (!restart(ascent)) return end(work, "breakdown");
  const search = searchOffGrid({ grid, growing, ways, tolerance, maxRounds: maxIterations });
  for (;;) {
    const step = search.next();
    if (step.done) return end(work, step.value);
    yield stepOf(work, step.value.change, step.value.entering, step.value.reason);
  }
}

/** The more atoms explain the fewer rows, the more ways there are to be wrong. */
function waysToBuild(restarts: number, atomsPerRow: number): number {
  return Math.ceil(restarts * Math.min(3, atomsPerRow / 16));
}

function stepOf({ run, ascent, standing }: Work, change: number, entering: number, reason: StopReason): Step {
  const iteration = ++run.iterations;
  const { rows, snapshots, real, modes } = ascent.marginal;
  return {
    iteration,
    change,
    supportSize: modes.reduce((product, mode) => product * mode.count, 1),
    // L holds log-determinant and quadratic form already.
    logEvidence: restoreLogEvidence(gaussianLogDensity({ rows, snapshots, real }, entering, 0), run.problem),
    current: () => run.answer ?? offGridResult(run.who, run.problem, standing(), iteration, reason),
  };
}

/** Ends the run; from now on its working memory is not there. */
function end(
  { run, standing }: Pick<Work, "run" | "standing">,
  reason: StopReason,
): OffGridKroneckerSblResult {
  run.answer = offGridResult(run.who, run.problem, standing(), run.iterations, reason);
  return run.answer;
}
