/** The run of Kronecker-structured sparse Bayesian learning off the grid: on the grids first, then between their points. */
import { splitInto } from "../../complex/planar.js";
import type { ParametricDictionary } from "../../dictionaries/index.js";
import type { Grid } from "../../grids/index.js";
import { type Room, roomSteps, withRoom } from "../../kernels/room.js";
import type { SolverStep, SolverSteps, StopReason } from "../contract.js";
import type { KroneckerProblem } from "../kronecker-problem.js";
import type { NoiseStart } from "../noise.js";
import { bayesianResult } from "../posterior/bayesian-result.js";
import { gaussianLogDensity } from "../posterior/posterior.js";
import { restoreLogEvidence, restoreVariance } from "../problem.js";
import { meanPower, noiseFloor, startingNoise } from "./hyperparameters.js";
import { type Ascent, type AscentSettings, createAscent, restart, sweepModes } from "./kronecker-ascent.js";
import { createCheckpoint, createGridAscent, objective, round } from "./kronecker-grid-ascent.js";
import { createGridAtoms, reportedGrid } from "./kronecker-grid-atoms.js";
import { createGrowing, regrow } from "./kronecker-grid-growing.js";
import { improves, trialsOf, tryWithout } from "./kronecker-grid-merging.js";
import { cost } from "./kronecker-marginal.js";
import { activeAtoms, balancedLevel, createModes, type Mode, normaliseFactors } from "./kronecker-modes.js";
import { computePosterior, createPosteriorWorkspace } from "./kronecker-posterior.js";
import { attempt, createSearch } from "./kronecker-search.js";
import { perMode } from "./kronecker-settings.js";
import { createSnapshot, restore, save } from "./kronecker-snapshot.js";
import type { OffGridKroneckerSblResult, OffGridSettings } from "./off-grid-kronecker-sbl.js";

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
/** A part of the run, and why it ended. */
type Part = Generator<Step, StopReason, undefined>;

/** Where atoms and hyperparameters stand. */
interface Standing {
  readonly modes: readonly Mode[];
  readonly noiseVariance: number;
  grids(): readonly Grid[];
}

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
): SolverSteps<OffGridKroneckerSblResult> {
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

function* steps(
  run: Run,
  settings: AscentSettings,
  noiseVariance: number,
): SolverSteps<OffGridKroneckerSblResult> {
  const { who, problem, dictionaries } = run;
  const modes = createModes(problem.factors, balancedLevel(problem.factors, meanPower(problem)));
  const onGrid = { modes, noiseVariance, grids: () => gridsOf(dictionaries, modes) };
  const reason = yield* roomSteps(who, function* (room): Part {
    const ascent = createAscent(modes, readData(problem, room), noiseVariance, settings, room);
    const reached = () => ({ ...onGrid, noiseVariance: ascent.marginal.noiseVariance });
    const ended = yield* searchGrid({ run, ascent, standing: reached });
    onGrid.noiseVariance = ascent.marginal.noiseVariance;
    return ended;
  });
  if (reason !== "tolerance" && reason !== "max-iterations") return end(run, onGrid, reason);
  return yield* roomSteps(who, (room) => leaveGrid(run, onGrid, settings, room));
}

function readData({ measurement, snapshots, real }: KroneckerProblem, room: Room) {
  const { data, rows } = measurement;
  const y = room.planar(rows * snapshots, real);
  splitInto(data, y);
  const energy = data.reduce((sum, value) => sum + value * value, 0);
  return { measurement: y, snapshots, real, energy };
}

const defaultRestarts = 10;

/** On the grids: sweeps, the search for a higher maximum, sweeps. */
function* searchGrid(work: Work): Part {
  const { run, ascent } = work;
  const { modes } = ascent.marginal;
  if (run.problem.zero) {
    // The evidence of y = 0 is largest at γ = 0.
    for (const mode of modes) mode.count = 0;
    return "zero-measurement";
  }
  if (modes.some((mode) => mode.count === 0)) return "empty-support";
  const atoms = modes.map((mode) => mode.active.slice(0, mode.count));
  const reason = yield* climb(work);
  const { restarts = defaultRestarts } = run.settings;
  if (reason === "breakdown" || reason === "empty-support" || restarts === 0) return reason;

  const search = createSearch(ascent, atoms);
  let found = false;
  for (let k = 0; k < restarts; k++) {
    const before = search.bestCost;
    found = attempt(search) || found;
    yield stepOf(work, (before - search.bestCost) / Math.max(1, Math.abs(before)), search.bestCost, reason);
  }
  return found ? yield* climb(work) : reason;
}

/** Sweeps until γ settles. */
function* climb(work: Work): Part {
  const { ascent, run } = work;
  const { maxIterations, tolerance } = run.settings;
  const sound = createSnapshot(ascent);
  if (!restart(ascent)) return "breakdown";
  for (let sweep = 0; sweep < maxIterations; sweep++) {
    const entering = cost(ascent.marginal);
    save(ascent, sound);
    const change = sweepModes(ascent, sweep);
    if (Number.isNaN(change)) {
      if (ascent.marginal.modes.some((mode) => mode.count === 0)) return "empty-support";
      restore(sound, ascent);
      return "breakdown";
    }
    const reason = change <= tolerance ? "tolerance" : "max-iterations";
    yield stepOf(work, change, entering, reason);
    if (reason === "tolerance") return reason;
  }
  return "max-iterations";
}

/** The few atoms that are left, on the move: the places of all, then which of them are needed. */
function* leaveGrid(
  run: Run,
  { modes, noiseVariance }: Standing,
  settings: AscentSettings,
  room: Room,
): SolverSteps<OffGridKroneckerSblResult> {
  const { problem, dictionaries, exponents } = run;
  const atoms = dictionaries.map((dictionary, n) => {
    const capacity = Math.min(modes[n].atoms, modes[n].count + spareAtoms);
    const storage = room.planar(modes[n].rows * capacity, problem.real);
    return createGridAtoms(dictionary, exponents[n], modes[n], storage, capacity);
  });
  const left = atoms.map(({ mode }) => mode);
  // The evidence decides which atoms are removed.
  const pruneRatio = settings.pruneRatio.map(() => 0);
  const data = readData(problem, room);
  const ascent = createAscent(left, data, noiseVariance, { ...settings, pruneRatio }, room);
  const grids = dictionaries.map((dictionary) => dictionary.grid);
  const cells = grids.map(({ size }) => size);
  const grid = createGridAscent(ascent, atoms, cells, room);
  const growing = createGrowing(grid, problem.factors, grids, room);
  const standing = () => ({
    modes: left,
    noiseVariance: ascent.marginal.noiseVariance,
    grids: () => atoms.map(reportedGrid),
  });
  const work = { run, ascent, standing };
  if (!restart(ascent)) return end(run, standing(), "breakdown");
  const checkpoint = createCheckpoint(grid);
  const { tolerance, maxIterations } = run.settings;
  let rounds = 0;

  /** Rounds until L settles. */
  function* descend(smallestGain: number): Part {
    for (; rounds < maxIterations; rounds++) {
      const entering = cost(ascent.marginal);
      const reached = round(grid);
      if (Number.isNaN(reached)) return "breakdown";
      const reason = entering - reached <= smallestGain ? "tolerance" : "max-iterations";
      yield stepOf(work, entering - reached, entering, reason);
      if (reason === "tolerance") return reason;
    }
    return "max-iterations";
  }

  for (let fewer = true; fewer; ) {
    fewer = false;
    const reason = yield* descend(Math.max(tolerance, roughGain));
    if (reason === "breakdown") return end(run, standing(), reason);
    for (const trial of trialsOf(grid)) {
      const entering = cost(ascent.marginal);
      if (tryWithout(grid, trial, checkpoint)) fewer = true;
      yield stepOf(work, entering - cost(ascent.marginal), entering, "max-iterations");
    }
    for (let n = 0; n < atoms.length; n++) {
      const entering = objective(grid);
      if (improves(grid, checkpoint, () => regrow(growing, n))) {
        fewer = true;
        if (process.env.D)
          console.log("regrow", n, entering, objective(grid), left.map((m) => m.count).join());
      }
      yield stepOf(work, entering - cost(ascent.marginal), entering, "max-iterations");
    }
  }
  return end(run, standing(), yield* descend(tolerance));
}

/** Atoms that a mode may have more than it had on the grid. */
const spareAtoms = 4;
/** Before it is known which atoms are needed, L need not settle further, in nats. */
const roughGain = 1e-2;

function stepOf({ run, ascent, standing }: Work, change: number, entering: number, reason: StopReason): Step {
  const iteration = ++run.iterations;
  const { rows, snapshots, real, modes } = ascent.marginal;
  return {
    iteration,
    change,
    supportSize: modes.reduce((product, mode) => product * mode.count, 1),
    // L holds log-determinant and quadratic form already.
    logEvidence: restoreLogEvidence(gaussianLogDensity({ rows, snapshots, real }, entering, 0), run.problem),
    current: () => run.answer ?? answerOf(run, standing(), iteration, reason),
  };
}

/** Ends the run; from now on its working memory is not there. */
function end(run: Run, standing: Standing, reason: StopReason): OffGridKroneckerSblResult {
  run.answer = answerOf(run, standing, run.iterations, reason);
  return run.answer;
}

/** The posterior of the atoms that are left, in the caller's units. */
function answerOf(
  { who, problem, dictionaries }: Run,
  { modes: standing, noiseVariance, grids }: Standing,
  iterations: number,
  reason: StopReason,
): OffGridKroneckerSblResult {
  const isEmpty = standing.some((mode) => mode.count === 0);
  const modes = standing.map(compact);
  normaliseFactors(modes);
  return withRoom(who, (room) => {
    const posterior = createPosteriorWorkspace(modes, problem, room);
    const sums = computePosterior(posterior, modes, noiseVariance);
    const last = modes.length - 1;
    const result = bayesianResult(problem, {
      solver: "off-grid-kronecker-sbl",
      who,
      atoms: modes.reduce((product, mode) => product * mode.atoms, 1),
      support: activeAtoms(modes),
      posterior: sums && { mean: posterior.mean, variance: posterior.variance.re, ...sums },
      hyperparameters: {
        kind: "kronecker",
        factors: modes.map(({ priorVariance }, n) =>
          n === last ? restoreVariance(who, priorVariance, problem.units) : priorVariance,
        ),
      },
      noiseVariance,
      iterations,
      reason,
    });
    return { ...result, grids: Object.freeze(isEmpty ? dictionaries.map(emptyGrid) : grids()) };
  });
}

/** The active atoms as a mode of their own. */
function compact({ rows, atoms, count, active, priorVariance, dictionary: { re, im } }: Mode): Mode {
  const gather = (from: Float64Array) =>
    Float64Array.from(
      { length: rows * count },
      (_, i) => from[Math.floor(i / count) * atoms + active[i % count]],
    );
  return {
    rows,
    atoms: count,
    dictionary: { re: gather(re), im: im === undefined ? undefined : gather(im) },
    active: Int32Array.from({ length: count }, (_, j) => j),
    count,
    priorVariance: priorVariance.slice(0, count),
  };
}

/** The points of the grids whose atoms are active. */
function gridsOf(dictionaries: readonly ParametricDictionary[], modes: readonly Mode[]): Grid[] {
  return dictionaries.map(({ grid }, n) => {
    const { active, count } = modes[n];
    const coordinates = grid.axes.length;
    const points = new Float64Array(count * coordinates);
    for (let i = 0; i < points.length; i++) {
      points[i] = grid.points[active[Math.floor(i / coordinates)] * coordinates + (i % coordinates)];
    }
    return Object.freeze({ axes: grid.axes, size: count, points });
  });
}

function emptyGrid({ grid: { axes } }: ParametricDictionary): Grid {
  return Object.freeze({ axes, size: 0, points: new Float64Array(0) });
}
