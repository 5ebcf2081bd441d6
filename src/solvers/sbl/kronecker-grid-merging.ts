/**
 * Fewer atoms for the same data: a direction between two grid points first shows as an atom on either side, and noise as
 * atoms of its own. An atom is merged with a neighbour or removed where the evidence, which charges for what it need not
 * explain, is then higher.
 */
import { restart } from "./kronecker-ascent.js";
import {
  type Checkpoint,
  type GridAscent,
  goBack,
  keep,
  objective,
  round,
  settle,
} from "./kronecker-grid-ascent.js";
import { cellsBetween, dropAtom, type GridAtoms, offset, place } from "./kronecker-grid-atoms.js";

/** To do without one atom. */
interface Trial {
  readonly mode: number;
  readonly atom: number;
  /** The atom that takes its place too. */
  readonly into: number | undefined;
}

/** Atoms that are closer than this, in cells, may be one. */
const closest = 2;
/** Less than this, in the units of L, is no improvement. */
const smallestGain = 1e-3;
/** Rounds that a trial has to lower L. */
const trialRounds = 12;

/** Every way to do without one atom, those with the least share of their mode first. */
export function trialsOf({ atoms }: GridAscent): Trial[] {
  const trials: (Trial & { readonly share: number })[] = [];
  atoms.forEach((one, n) => {
    const { count, active, priorVariance } = one.mode;
    if (count < 2) return;
    const total = priorVariance.subarray(0, count).reduce((sum, value) => sum + value, 0);
    for (let j = 0; j < count; j++) {
      const share = priorVariance[j] / total;
      trials.push({ mode: n, atom: active[j], into: undefined, share });
      for (let k = 0; k < j; k++) {
        if (cellsBetween(one, active[j], active[k]) >= closest) continue;
        const less = Math.min(share, priorVariance[k] / total);
        // Before the removal of either.
        trials.push({ mode: n, atom: active[j], into: active[k], share: less / 2 });
      }
    }
  });
  return trials.sort((a, b) => a.share - b.share);
}

/** @returns whether the objective is lower without the atom, which is then gone; otherwise everything is as before */
export function tryWithout(grid: GridAscent, trial: Trial, checkpoint: Checkpoint): boolean {
  const one = grid.atoms[trial.mode];
  const position = indexOf(one, trial.atom);
  const into = trial.into === undefined ? -1 : indexOf(one, trial.into);
  if (position < 0 || one.mode.count < 2 || (trial.into !== undefined && into < 0)) return false;
  return improves(grid, checkpoint, () => {
    if (into >= 0) mergeInto(one, position, into);
    dropAtom(one, position);
    place(one);
  });
}

/** Changes the atoms of a mode. @returns whether the objective is then lower; otherwise everything is as before */
export function improves(grid: GridAscent, checkpoint: Checkpoint, change: () => void): boolean {
  const before = objective(grid);
  keep(grid, checkpoint);
  change();
  if (isLower(grid, before - smallestGain)) return true;
  goBack(checkpoint, grid);
  restart(grid.ascent);
  return false;
}

/** Rounds until the objective is below `before`, or unlikely to be. */
function isLower(grid: GridAscent, before: number): boolean {
  if (!restart(grid.ascent)) return false;
  settle(grid, 2);
  let reached = objective(grid);
  for (let k = 0; k < trialRounds && reached >= before; k++) {
    round(grid);
    const next = objective(grid);
    // Steps only get smaller.
    if (!(next - before <= (trialRounds - k - 1) * (reached - next))) return next < before;
    reached = next;
  }
  return reached < before;
}

function indexOf({ mode }: GridAtoms, atom: number): number {
  return mode.active.subarray(0, mode.count).indexOf(atom);
}

/** Atom `into` moves to the middle of both, weighted by γ, and takes the γ of both. */
function mergeInto(atoms: GridAtoms, position: number, into: number): void {
  const { mode, coordinates, points } = atoms;
  const { active, priorVariance } = mode;
  const share = priorVariance[position] / (priorVariance[position] + priorVariance[into]);
  for (let c = 0; c < coordinates; c++) {
    points[active[into] * coordinates + c] += share * offset(atoms, c, active[into], active[position]);
  }
  priorVariance[into] = priorVariance[into] + priorVariance[position];
}
