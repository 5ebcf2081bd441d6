/**
 * Ways to do with fewer atoms: a direction between two grid points first shows as an atom on either side, and noise as
 * atoms of its own.
 */
import { cellsBetween, dropAtom, type GridAtoms, offset, place } from "./atoms.js";

/** To do without one atom. */
export interface Removal {
  readonly mode: number;
  readonly atom: number;
  /** The atom that takes its place too. */
  readonly into: number | undefined;
}

/** Atoms that are closer than this, in cells, may be one. */
const closest = 2;

/** Every way to do without one atom, those with the least share of their mode first. */
export function removalsOf(atoms: readonly GridAtoms[]): Removal[] {
  const removals: (Removal & { readonly share: number })[] = [];
  atoms.forEach((one, mode) => {
    const { count, active, priorVariance } = one.mode;
    if (count < 2) return;
    const total = priorVariance.subarray(0, count).reduce((sum, value) => sum + value, 0);
    for (let j = 0; j < count; j++) {
      const share = priorVariance[j] / total;
      removals.push({ mode, atom: active[j], into: undefined, share });
      for (let k = 0; k < j; k++) {
        if (cellsBetween(one, active[j], active[k]) >= closest) continue;
        const less = Math.min(share, priorVariance[k] / total);
        // Before the removal of either.
        removals.push({ mode, atom: active[j], into: active[k], share: less / 2 });
      }
    }
  });
  return removals.sort((a, b) => a.share - b.share);
}

/** Whether the atoms are still there, and others in their mode. */
export function isPossible({ mode, atom, into }: Removal, atoms: readonly GridAtoms[]): boolean {
  const one = atoms[mode];
  if (one.mode.count < 2 || positionOf(one, atom) < 0) return false;
  return into === undefined || positionOf(one, into) >= 0;
}

/** Does without the atom; the decompositions are not made anew. */
export function remove({ mode, atom, into }: Removal, atoms: readonly GridAtoms[]): void {
  const one = atoms[mode];
  const position = positionOf(one, atom);
  if (into !== undefined) mergeInto(one, position, positionOf(one, into));
  dropAtom(one, position);
  if (into !== undefined) place(one);
}

function positionOf({ mode }: GridAtoms, atom: number): number {
  return mode.active.subarray(0, mode.count).indexOf(atom);
}

/** Atom `into` moves to the middle of both, weighted by γ, and takes the γ of both. */
function mergeInto(atoms: GridAtoms, position: number, into: number): void {
  const { mode, coordinates, points } = atoms;
  const { active, priorVariance } = mode;
  const [from, to] = [active[position], active[into]];
  const share = priorVariance[position] / (priorVariance[position] + priorVariance[into]);
  for (let c = 0; c < coordinates; c++) {
    points[to * coordinates + c] += share * offset(atoms, c, to, from);
  }
  priorVariance[into] = priorVariance[into] + priorVariance[position];
}
