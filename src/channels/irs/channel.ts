import { product } from "../../complex/matrix-product.js";
import { type ComplexMatrix, type ComplexVector, complexMatrix } from "../../complex/types.js";
import { optionError, shapeError } from "../../errors.js";
import { booleanOption, numberOption, readOptions, withDefault } from "../../options.js";
import type { RandomStream } from "../../random/index.js";
import { geometryRules, type IrsGeometry, steeringMatrix } from "./geometry.js";
import { drawPaths, type IrsPaths } from "./paths.js";
import {
  irsBsAmplitude,
  msIrsAmplitude,
  type SparseCoefficients,
  sparseCoefficients,
} from "./sparse-coefficients.js";

export interface IrsChannelParameters extends IrsGeometry {
  /** P1, paths from the mobile station to the surface, at most `gridPoints`. */
  readonly pathsMsIrs: number;
  /** P2, paths from the surface to the base station, at most `gridPoints`. */
  readonly pathsIrsBs: number;
  /** Directions between the grid points; default false. */
  readonly offGrid?: boolean;
}

/** One draw of the two channels that meet at the surface. */
export interface IrsChannel {
  readonly geometry: IrsGeometry;
  readonly paths: IrsPaths;
  /** H_MI, [irsElements × msAntennas]. */
  readonly msIrs: ComplexMatrix;
  /** H_IB, [bsAntennas × irsElements]. */
  readonly irsBs: ComplexMatrix;
  /** The channel in the Kronecker dictionary; `undefined` off the grid, where no sparse x gives it. */
  readonly sparse: SparseCoefficients | undefined;
}

const paths = numberOption({ min: 1, integer: true });
const table = {
  ...geometryRules,
  pathsMsIrs: paths,
  pathsIrsBs: paths,
  offGrid: withDefault(booleanOption, false),
} as const;

/**
 * Draws the channels of an uplink over an intelligent reflecting surface:
 *
 *   H_MI = √(T L/P1) Σ_p α_p a_L(u_p) a_T(v)^H      [L × T], one departure v, adjacent arrivals u_p
 *   H_IB = √(R L/P2) Σ_q β_q a_R(w_q) a_L(z)^H      [R × L], one departure z, adjacent arrivals w_q
 *
 * with a_D(u)[n] = D^(−1/2) exp(iπnu), u a direction cosine on the grid 2k/G − 1, and gains CN(0, 1), so that
 * E‖H_MI‖_F² = T L and E‖H_IB‖_F² = R L. How directions are drawn, on and off the grid: see {@link IrsPaths}.
 *
 * @param stream - its children "angles", "gains" and "offsets" are used
 * @throws `option` if a number is out of range, or there are more paths than grid points
 *
 * @remarks Time O(L (T + R) + G³), memory 16 (L (T + R) + G³) bytes.
 *
 * Source: Y. He and G. Joseph, "Bayesian algorithms for Kronecker-structured sparse vector recovery with application
 * to IRS-MIMO channel estimation", IEEE Trans. Signal Processing, 2024 (arXiv 2307.14719).
 */
export function drawIrsChannel(parameters: IrsChannelParameters, stream: RandomStream): IrsChannel {
  const { pathsMsIrs, pathsIrsBs, offGrid, ...geometry } = readOptions("drawIrsChannel", table, parameters);
  const most = geometry.gridPoints;
  for (const [name, value] of Object.entries({ pathsMsIrs, pathsIrsBs })) {
    if (value > most) {
      throw optionError("drawIrsChannel", name, String(value), `at most ${most} (gridPoints)`);
    }
  }
  const drawn = drawPaths({ gridPoints: geometry.gridPoints, pathsMsIrs, pathsIrsBs, offGrid }, stream);
  return {
    geometry,
    paths: drawn,
    msIrs: linkChannel(
      steeringMatrix(geometry.irsElements, drawn.irsArrivals),
      scaled(drawn.gainsMsIrs, msIrsAmplitude(geometry, drawn)),
      steeringMatrix(geometry.msAntennas, [drawn.msDeparture]),
    ),
    irsBs: linkChannel(
      steeringMatrix(geometry.bsAntennas, drawn.bsArrivals),
      scaled(drawn.gainsIrsBs, irsBsAmplitude(geometry, drawn)),
      steeringMatrix(geometry.irsElements, [drawn.irsDeparture]),
    ),
    sparse: offGrid ? undefined : sparseCoefficients(geometry, drawn),
  };
}

/** A g a^H: arrivals A with gains g, one departure a. */
function linkChannel(arrivals: ComplexMatrix, gains: ComplexMatrix, departure: ComplexMatrix): ComplexMatrix {
  return product("plain", product("plain", arrivals, "plain", gains), "adjoint", departure);
}

function scaled(gains: ComplexVector, factor: number): ComplexMatrix {
  return complexMatrix(
    gains.length,
    1,
    gains.data.map((part) => factor * part),
  );
}

/**
 * The cascaded channels H_i = H_IB diag(φ_i) H_MI, one per reflection pattern, multiplied out as they stand.
 *
 * @param patterns - φ_i^T as rows, [patterns × irsElements]
 * @returns [bsAntennas × msAntennas] each
 * @throws `shape` if the patterns are not as long as the surface
 *
 * @remarks Time O(patterns · R L T).
 */
export function directCascade(
  channel: Pick<IrsChannel, "msIrs" | "irsBs">,
  patterns: ComplexMatrix,
): ComplexMatrix[] {
  const { msIrs, irsBs } = channel;
  if (patterns.columns !== msIrs.rows) {
    throw shapeError(
      "directCascade",
      "patterns",
      `${patterns.columns} columns`,
      `${msIrs.rows} (irsElements)`,
    );
  }
  const reflected = complexMatrix(msIrs.rows, msIrs.columns);
  return Array.from({ length: patterns.rows }, (_, i) => {
    for (let l = 0, at = 0; l < msIrs.rows; l++) {
      const re = patterns.data[2 * (i * patterns.columns + l)];
      const im = patterns.data[2 * (i * patterns.columns + l) + 1];
      for (let t = 0; t < msIrs.columns; t++, at += 2) {
        reflected.data[at] = re * msIrs.data[at] - im * msIrs.data[at + 1];
        reflected.data[at + 1] = re * msIrs.data[at + 1] + im * msIrs.data[at];
      }
    }
    return product("plain", irsBs, "plain", reflected);
  });
}
