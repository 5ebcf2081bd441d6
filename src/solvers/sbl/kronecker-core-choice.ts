/** How free the coefficients on the product of the supports are: free, or of which rank. */

import { type ModeFactor, modeProductsInto } from "../../complex/mode-products.js";
import { splitInto } from "../../complex/planar.js";
import type { Room } from "../../kernels/room.js";
import { createSvdWorkspace, svdInto } from "../../linalg/svd.js";
import type { KroneckerProblem } from "../kronecker-problem.js";
import { createComponents } from "./kronecker-core-components.js";
import { fitComponents } from "./kronecker-core-fit.js";
import { type Mode, weightAtoms } from "./kronecker-modes.js";

const highestRank = 3;
/** Directions of the active atoms of a mode with less than this of the largest singular value do not count. */
const dependent = 1e-10;
/** The fits are accurate to this many nats. */
const accuracy = 0.01;

/**
 * The core of the coefficients that the measurement speaks for, by Schwarz's criterion
 *
 *     RSS/σ² + p ln M,   p = ∏ K_n (free) or r (Σ K_n − N + 1) (rank r ≤ 3)      (both terms halved if complex)
 *
 * with K_n the dimension of what the active atoms of mode n span, RSS the residual of least squares with coefficients
 * that are free, or of rank r, on these atoms, and M the number of measurements. A rank counts as long as it has fewer
 * parameters than the free core; rank one also if it has as many. Least squares in the measurement's own space: neither a
 * support with more atoms than rows nor dependent atoms do any harm.
 *
 * Source: G. Schwarz, "Estimating the dimension of a model", Ann. Statist. 6 (1978).
 */
export function chooseCore(
  problem: KroneckerProblem,
  modes: readonly Mode[],
  noiseVariance: number,
  room: Room,
): "free" | number {
  const { measurement, real } = problem;
  const bases = modes.map((mode) => spanOf(mode, room));
  if (modes.length === 1 || !bases.every((basis) => basis !== undefined)) return "free";
  const sizes = bases.map(({ rows }) => rows);
  const free = sizes.reduce((product, size) => product * size, 1);
  if (free === 0) return "free";
  const core = room.planar(free, real);
  const y = room.planar(measurement.rows, real);
  splitInto(measurement.data, y);
  const scratch = [room.planar(measurement.rows, real), room.planar(measurement.rows, real)] as const;
  modeProductsInto(core, y, bases, 1, scratch);
  const perComponent = sizes.reduce((sum, size) => sum + size - 1, 1);
  const price = Math.log(measurement.rows);
  let best: "free" | number = "free";
  // Of the free core nothing is left over.
  let lowest = free * price;
  for (let rank = 1; rank <= highestRank; rank++) {
    const parameters = rank * perComponent;
    if (parameters > free || (parameters === free && rank > 1)) break;
    const misfit = fitComponents(
      createComponents(core, sizes, rank, real, room),
      accuracy * noiseVariance,
      room,
    );
    const criterion = misfit / noiseVariance + parameters * price;
    // With one atom in all modes but one, a free core is of rank one.
    if (criterion < lowest || parameters === free) [best, lowest] = [rank, criterion];
  }
  return best;
}

/** Q^H for an orthonormal basis Q of what the active atoms span. @returns `undefined` if it could not be computed */
function spanOf(mode: Mode, room: Room): ModeFactor | undefined {
  const { rows, count, dictionary } = mode;
  const real = dictionary.im === undefined;
  const most = Math.min(rows, count);
  const unit = { ...mode, priorVariance: new Float64Array(count).fill(1) };
  const atoms = room.planar(rows * count, real);
  weightAtoms(unit, atoms);
  const [u, s, v] = [
    room.planar(rows * most, real),
    room.planar(most, true),
    room.planar(count * most, real),
  ];
  if (!svdInto(atoms, rows, count, u, s, v, createSvdWorkspace(rows, count, real))) return undefined;
  const values = s.re;
  let dimension = 0;
  while (dimension < most && values[dimension] > dependent * values[0]) dimension++;
  const matrix = room.planar(rows * dimension, real);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < dimension; k++) {
      matrix.re[i * dimension + k] = u.re[i * most + k];
      if (matrix.im !== undefined) matrix.im[i * dimension + k] = u.im![i * most + k];
    }
  }
  return { matrix, form: "adjoint", rows: dimension, size: rows };
}
