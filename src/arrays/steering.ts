import { type ComplexVector, complexVector } from "../complex/types.js";
import { nonFiniteError, rangeError, shapeError } from "../errors.js";
import { type ArrayGeometry, checkArray } from "./geometry.js";

/** Directions are unit vectors to within this, in squared length. */
const unitTolerance = 1e-9;

/**
 * The unit vector towards an azimuth (from the x axis towards y) and an elevation (from the x–y plane towards z), in
 * radians: (cos φ cos θ, sin φ cos θ, sin θ).
 */
export function directionVector(azimuth: number, elevation = 0): Float64Array {
  const level = Math.cos(elevation);
  return Float64Array.of(Math.cos(azimuth) * level, Math.sin(azimuth) * level, Math.sin(elevation));
}

/**
 * The response of an array to a plane wave from far away, of unit norm.
 *
 * Model: a wave that arrives from the unit direction u has the phase e^{+j2π u·p/λ} at position p, so
 * a_n = D^{−1/2} e^{j2π u·p_n} with p_n in wavelengths and D elements.
 *
 * @param direction - u, towards the source, [3]; see {@link directionVector}
 * @throws `shape` if the direction has not three coordinates; `non-finite` with the first; `range` if its length
 *   is not 1
 */
export function steeringVector(array: ArrayGeometry, direction: ArrayLike<number>): ComplexVector {
  const who = "steeringVector";
  checkArray(who, array);
  checkDirection(who, direction);
  const response = complexVector(array.elements);
  responseInto(array, direction, response.data, 0, 1);
  return response;
}

/**
 * Element n ← D^{−1/2} e^{j2π u·p_n} at place first + n·stride of interleaved data; u need not be a unit vector.
 */
export function responseInto(
  { elements, positions }: ArrayGeometry,
  direction: ArrayLike<number>,
  out: Float64Array,
  first: number,
  stride: number,
): void {
  const scale = 1 / Math.sqrt(elements);
  for (let n = 0, to = 2 * first; n < elements; n++, to += 2 * stride) {
    const turns =
      positions[3 * n] * direction[0] +
      positions[3 * n + 1] * direction[1] +
      positions[3 * n + 2] * direction[2];
    // Whole turns are taken off exactly, before the multiplication by 2π rounds.
    const phase = 2 * Math.PI * (turns - Math.round(turns));
    out[to] = scale * Math.cos(phase);
    out[to + 1] = scale * Math.sin(phase);
  }
}

function checkDirection(who: string, direction: ArrayLike<number>): void {
  if (direction?.length !== 3) {
    throw shapeError(who, "direction", `${direction?.length ?? "no"} coordinates`, "3 (x, y, z)");
  }
  let square = 0;
  for (let axis = 0; axis < 3; axis++) {
    if (!Number.isFinite(direction[axis])) throw nonFiniteError(who, "direction", direction[axis], axis);
    square += direction[axis] ** 2;
  }
  if (Math.abs(square - 1) > unitTolerance) {
    throw rangeError(who, "length of direction", String(Math.sqrt(square)), "1");
  }
}
