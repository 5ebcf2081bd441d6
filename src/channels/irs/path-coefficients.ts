import { type ComplexVector, complexVector } from "../../complex/types.js";
import type { IrsChannel } from "./channel.js";
import type { ThreeCosines } from "./dictionary.js";
import { irsBsAmplitude, msIrsAmplitude } from "./sparse-coefficients.js";

/** A channel as few atoms with their coefficients, on the grid or off it. */
export interface PathCoefficients {
  /** Where the atoms are: K1 = P1 differences, K2 = 1 departure, K3 = P2 arrivals. */
  readonly cosines: ThreeCosines;
  /** x, [P1 · 1 · P2], of rank one: the products of the gains of both links. */
  readonly coefficients: ComplexVector;
}

/**
 * The atoms that a drawn channel consists of, and their coefficients: with departure d at the surface, every pair of an
 * arrival a at the surface (gain α) and an arrival b at the base station (gain β) has the atom at direction cosines
 * d − a, m, b and the coefficient √(R L/P2) √(T L/P1) α β.
 *
 * `cascadedChannels(cascadeFactorsAt(geometry, patterns, cosines), coefficients)` are the cascaded channels. The
 * differences are taken to [0, 2).
 */
export function pathCoefficients({
  geometry,
  paths,
}: Pick<IrsChannel, "geometry" | "paths">): PathCoefficients {
  const { irsDeparture, irsArrivals, msDeparture, bsArrivals, gainsMsIrs, gainsIrsBs } = paths;
  const scale = msIrsAmplitude(geometry, paths) * irsBsAmplitude(geometry, paths);
  const coefficients = complexVector(gainsMsIrs.length * gainsIrsBs.length);
  for (let p = 0, to = 0; p < gainsMsIrs.length; p++) {
    const [re, im] = [gainsMsIrs.data[2 * p], gainsMsIrs.data[2 * p + 1]];
    for (let q = 0; q < gainsIrsBs.length; q++, to += 2) {
      const [re2, im2] = [gainsIrsBs.data[2 * q], gainsIrsBs.data[2 * q + 1]];
      coefficients.data[to] = scale * (re * re2 - im * im2);
      coefficients.data[to + 1] = scale * (re * im2 + im * re2);
    }
  }
  const differences = irsArrivals.map((arrival) =>
    irsDeparture < arrival ? irsDeparture - arrival + 2 : irsDeparture - arrival,
  );
  return { cosines: [differences, Float64Array.of(msDeparture), bsArrivals.slice()], coefficients };
}
