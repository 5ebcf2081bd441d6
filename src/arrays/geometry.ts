import { checkFinite } from "../complex/convert.js";
import { describe, shapeError } from "../errors.js";
import { choiceOption, numberOption, readOptions, withDefault } from "../options.js";

/** Where the elements of an antenna array are. A plain frozen object. */
export interface ArrayGeometry {
  readonly elements: number;
  /** x, y, z of every element, in wavelengths, [elements × 3]. */
  readonly positions: Float64Array;
}

/** Where the origin is: at the first element, or in the middle of the array. */
export type ArrayReference = "first" | "center";

export interface UniformLinearArrayOptions {
  readonly elements: number;
  /** Distance of neighbours; default 0.5. */
  readonly spacingWavelengths?: number;
  /** Default "first". */
  readonly reference?: ArrayReference;
}

export interface UniformPlanarArrayOptions {
  /** Elements along y. */
  readonly horizontalElements: number;
  /** Elements along z. */
  readonly verticalElements: number;
  /** Distance of neighbours in both directions; default 0.5. */
  readonly spacingWavelengths?: number;
  /** Default "first". */
  readonly reference?: ArrayReference;
}

const count = numberOption({ min: 1, max: 2 ** 24, integer: true });

const sharedTable = {
  spacingWavelengths: withDefault(numberOption({ min: 0, above: true }), 0.5),
  reference: withDefault(choiceOption(["first", "center"]), "first"),
};
const linearTable = { elements: count, ...sharedTable };
const planarTable = { horizontalElements: count, verticalElements: count, ...sharedTable };

/**
 * Equally spaced elements on the y axis, so that broadside is the x axis and the direction cosine of a wave from
 * azimuth φ is sin φ. Element n is at y = n·spacing, or (n − (elements − 1)/2)·spacing if the reference is the center.
 *
 * @throws `option` if a count or the spacing is out of range
 *
 * @example
 * uniformLinearArray({ elements: 16 }); // half a wavelength apart
 */
export function uniformLinearArray(options: UniformLinearArrayOptions): ArrayGeometry {
  const { elements, spacingWavelengths, reference } = readOptions("uniformLinearArray", linearTable, options);
  return planarGrid(elements, 1, spacingWavelengths, reference);
}

/**
 * Equally spaced elements in the y–z plane, facing along x. Element (h, v) has index h·verticalElements + v: the
 * response to a plane wave is the Kronecker product of those of the horizontal and the vertical line.
 *
 * @throws `option` if a count or the spacing is out of range
 */
export function uniformPlanarArray(options: UniformPlanarArrayOptions): ArrayGeometry {
  const { horizontalElements, verticalElements, spacingWavelengths, reference } = readOptions(
    "uniformPlanarArray",
    planarTable,
    options,
  );
  return planarGrid(horizontalElements, verticalElements, spacingWavelengths, reference);
}

/**
 * An array of any shape.
 *
 * @param positions - x, y, z of every element, in wavelengths
 * @throws `shape` if there is no element or one has not three coordinates; `non-finite` with the first element
 */
export function arrayFromPositions(positions: readonly ArrayLike<number>[]): ArrayGeometry {
  const who = "arrayFromPositions";
  if (!Array.isArray(positions) || positions.length === 0) {
    throw shapeError(who, "positions", "no elements", "at least 1");
  }
  const data = new Float64Array(3 * positions.length);
  for (let n = 0; n < positions.length; n++) {
    const position = positions[n] as ArrayLike<number> | undefined;
    if (position?.length !== 3) {
      throw shapeError(who, `positions[${n}]`, `${position?.length ?? "no"} coordinates`, "3 (x, y, z)");
    }
    data.set(position, 3 * n);
  }
  checkFinite(who, "positions", data, 3);
  return Object.freeze({ elements: positions.length, positions: data });
}

/** @throws `shape` if the positions are not three numbers for every element; `non-finite` with the first element */
export function checkArray(who: string, array: ArrayGeometry): void {
  const positions = array?.positions;
  if (!(positions instanceof Float64Array)) {
    throw shapeError(who, "array.positions", describe(positions), "a Float64Array");
  }
  if (array.elements < 1 || positions.length !== 3 * array.elements) {
    throw shapeError(
      who,
      "array.positions",
      `${positions.length} numbers`,
      `${3 * array.elements} (x, y, z)`,
    );
  }
  checkFinite(who, "array.positions", positions, 3);
}

function planarGrid(
  horizontal: number,
  vertical: number,
  spacing: number,
  reference: ArrayReference,
): ArrayGeometry {
  const elements = horizontal * vertical;
  const centered = reference === "center";
  const firstY = centered ? (horizontal - 1) / 2 : 0;
  const firstZ = centered ? (vertical - 1) / 2 : 0;
  const positions = new Float64Array(3 * elements);
  for (let h = 0, n = 0; h < horizontal; h++) {
    for (let v = 0; v < vertical; v++, n++) {
      positions[3 * n + 1] = (h - firstY) * spacing;
      positions[3 * n + 2] = (v - firstZ) * spacing;
    }
  }
  return Object.freeze({ elements, positions });
}
