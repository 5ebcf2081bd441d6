/** The propagation paths of one channel draw: directions and gains. */
import type { ComplexVector } from "../../complex/types.js";
import type { RandomStream } from "../../random/index.js";
import { gridCosine } from "./geometry.js";

/** Directions as direction cosines, in [−1, 1); gains with E|g|² = 1. */
export interface IrsPaths {
  /** Departure at the mobile station, one for all its paths. */
  readonly msDeparture: number;
  /** Arrivals at the surface, one per path from the mobile station. */
  readonly irsArrivals: Float64Array;
  /** Departure at the surface, one for all paths to the base station. */
  readonly irsDeparture: number;
  /** Arrivals at the base station, one per path from the surface. */
  readonly bsArrivals: Float64Array;
  /** α, one per arrival at the surface. */
  readonly gainsMsIrs: ComplexVector;
  /** β, one per arrival at the base station. */
  readonly gainsIrsBs: ComplexVector;
  /** The cells of the grid that hold the directions; on the grid, the grid points themselves. */
  readonly cells: IrsCells;
}

/** Indices of grid points, 0 … G − 1. */
export interface IrsCells {
  readonly msDeparture: number;
  readonly irsArrivals: Int32Array;
  readonly irsDeparture: number;
  readonly bsArrivals: Int32Array;
}

export interface PathCounts {
  /** G, points of the grid. */
  readonly gridPoints: number;
  readonly pathsMsIrs: number;
  readonly pathsIrsBs: number;
  readonly offGrid: boolean;
}

/**
 * Draws paths. The arrivals of several paths are adjacent grid points, which models an angular spread; they never
 * wrap around the end of the grid. Off the grid every direction moves, each on its own, to a uniformly drawn place
 * within half a grid spacing of its grid point; cosines are periodic with period 2, so a direction that leaves the
 * grid at one end comes back at the other.
 *
 * Streams: "angles" for the cells, "gains", "offsets". So on and off the grid the cells and gains are the same.
 */
export function drawPaths(counts: PathCounts, stream: RandomStream): IrsPaths {
  const { gridPoints, pathsMsIrs, pathsIrsBs, offGrid } = counts;
  const angles = stream.child("angles");
  const cells: IrsCells = {
    msDeparture: angles.integer(gridPoints),
    irsDeparture: angles.integer(gridPoints),
    irsArrivals: adjacentCells(pathsMsIrs, gridPoints, angles),
    bsArrivals: adjacentCells(pathsIrsBs, gridPoints, angles),
  };
  const offsets = stream.child("offsets");
  const cosine = (cell: number): number => {
    if (!offGrid) return gridCosine(cell, gridPoints);
    const moved = gridCosine(cell + offsets.uniform() - 0.5, gridPoints);
    return moved < -1 ? moved + 2 : moved;
  };
  return {
    cells,
    msDeparture: cosine(cells.msDeparture),
    irsDeparture: cosine(cells.irsDeparture),
    irsArrivals: Float64Array.from(cells.irsArrivals, cosine),
    bsArrivals: Float64Array.from(cells.bsArrivals, cosine),
    gainsMsIrs: stream.child("gains", "ms-irs").complexNormals(pathsMsIrs),
    gainsIrsBs: stream.child("gains", "irs-bs").complexNormals(pathsIrsBs),
  };
}

function adjacentCells(paths: number, gridPoints: number, stream: RandomStream): Int32Array {
  const first = stream.integer(gridPoints - paths + 1);
  return Int32Array.from({ length: paths }, (_, p) => first + p);
}
