import { type ComplexVector, complexVector } from "../../complex/types.js";
import type { IrsGeometry } from "./geometry.js";
import type { IrsPaths } from "./paths.js";

/** Coefficients of the Kronecker dictionary, [G · G · G], and where they are not zero, ascending. */
export interface SparseCoefficients {
  readonly coefficients: ComplexVector;
  readonly support: Int32Array;
}

/**
 * The coefficients that a channel on the grid has in the dictionary of `irsDictionary`: with departure d at the
 * surface and m at the mobile station, every pair of an arrival a at the surface (gain α) and an arrival b at the
 * base station (gain β) adds √(R L/P2) √(T L/P1) α β to
 *
 *   x[((d − a) mod G) G² + m G + b].
 *
 * The difference wraps because a(d)* ∘ a(a) repeats with period G. The support is a product of three index sets.
 */
export function sparseCoefficients(geometry: IrsGeometry, paths: IrsPaths): SparseCoefficients {
  const { gridPoints } = geometry;
  const { cells, gainsMsIrs, gainsIrsBs } = paths;
  const scale = msIrsAmplitude(geometry, paths) * irsBsAmplitude(geometry, paths);
  const coefficients = complexVector(gridPoints ** 3);
  const support = new Set<number>();
  cells.irsArrivals.forEach((arrival, p) => {
    const difference = (cells.irsDeparture - arrival + gridPoints) % gridPoints;
    const [re, im] = [gainsMsIrs.data[2 * p], gainsMsIrs.data[2 * p + 1]];
    cells.bsArrivals.forEach((bsArrival, q) => {
      const index = (difference * gridPoints + cells.msDeparture) * gridPoints + bsArrival;
      const [re2, im2] = [gainsIrsBs.data[2 * q], gainsIrsBs.data[2 * q + 1]];
      coefficients.data[2 * index] += scale * (re * re2 - im * im2);
      coefficients.data[2 * index + 1] += scale * (re * im2 + im * re2);
      support.add(index);
    });
  });
  return { coefficients, support: Int32Array.from(support).sort() };
}

/** √(T L/P1), so that E‖H_MI‖_F² = T L. */
export function msIrsAmplitude({ msAntennas, irsElements }: IrsGeometry, { irsArrivals }: IrsPaths): number {
  return Math.sqrt((msAntennas * irsElements) / irsArrivals.length);
}

/** √(R L/P2), so that E‖H_IB‖_F² = R L. */
export function irsBsAmplitude({ bsAntennas, irsElements }: IrsGeometry, { bsArrivals }: IrsPaths): number {
  return Math.sqrt((bsAntennas * irsElements) / bsArrivals.length);
}
