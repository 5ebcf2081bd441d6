/** The answer of Kronecker-structured sparse Bayesian learning off the grid. */
import type { ParametricDictionary } from "../../../../dictionaries/index.js";
import type { Grid } from "../../../../grids/index.js";
import { withRoom } from "../../../../kernels/room.js";
import type { StopReason } from "../../../contract.js";
import type { KroneckerProblem } from "../../../kronecker-problem.js";
import { bayesianResult } from "../../../posterior/bayesian-result.js";
import { restoreVariance } from "../../../problem.js";
import { activeAtoms, type Mode, normaliseFactors } from "../modes.js";
import { computePosterior, createPosteriorWorkspace } from "../posterior.js";
import type { KroneckerSblResult } from "../result.js";

/** The answer of `offGridKroneckerSbl`: mean, variance, support and γ_n are those of the atoms that are left. */
export interface OffGridKroneckerSblResult extends KroneckerSblResult {
  /**
   * Where the atoms are, one grid per mode: K_n points in the coordinates of the dictionary's axes. The atoms of mode n
   * are those of `dictionaries[n].withGrid(grids[n])`; coefficient ((j_1 K_2 + j_2) K_3 + j_3) belongs to the points
   * (j_1, j_2, j_3). If no atom is left, no grid has points.
   */
  readonly grids: readonly Grid[];
}

/** Where atoms and hyperparameters stand. */
export interface Standing {
  readonly modes: readonly Mode[];
  readonly noiseVariance: number;
  /** The points of the active atoms. */
  grids(): readonly Grid[];
}

/** The posterior of the atoms that are left, in the caller's units. */
export function offGridResult(
  who: string,
  problem: KroneckerProblem,
  { modes: standing, noiseVariance, grids }: Standing,
  iterations: number,
  reason: StopReason,
): OffGridKroneckerSblResult {
  const modes = standing.map(compact);
  normaliseFactors(modes);
  const last = modes.length - 1;
  return withRoom(who, (room) => {
    const posterior = createPosteriorWorkspace(modes, problem, room);
    const sums = computePosterior(posterior, modes, noiseVariance);
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
    return { ...result, core: "free", grids: Object.freeze(grids()) };
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

/** The points of the grids whose atoms are active; of none, if a mode has none. */
export function activePoints(
  dictionaries: readonly ParametricDictionary[],
  modes: readonly Mode[],
): readonly Grid[] {
  const isEmpty = modes.some((mode) => mode.count === 0);
  return dictionaries.map(({ grid: { axes, points } }, n) => {
    const { active, count } = modes[n];
    const size = isEmpty ? 0 : count;
    const chosen = Float64Array.from(
      { length: size * axes.length },
      (_, i) => points[active[Math.floor(i / axes.length)] * axes.length + (i % axes.length)],
    );
    return Object.freeze({ axes, size, points: chosen });
  });
}
