import { product } from "../../complex/matrix-product.js";
import { type ComplexMatrix, type ComplexVector, complexMatrix, complexVector } from "../../complex/types.js";
import { rangeError, shapeError } from "../../errors.js";
import { numberOption, readOptions } from "../../options.js";
import type { RandomStream } from "../../random/index.js";
import { directCascade, type IrsChannel } from "./channel.js";

/** What is known to the receiver of the training. */
export interface IrsTraining {
  /** φ_i^T as rows: the surface's reflection coefficients, [irsPatterns × irsElements]. */
  readonly patterns: ComplexMatrix;
  /** X, one pilot vector per column, [msAntennas × pilots]. */
  readonly pilots: ComplexMatrix;
}

export interface IrsTrainingParameters {
  /** K_I, reflection patterns. */
  readonly irsPatterns: number;
  /** K_P, pilot vectors sent under every pattern. */
  readonly pilots: number;
}

type ReflectingChannel = Pick<IrsChannel, "geometry" | "msIrs" | "irsBs">;

const count = numberOption({ min: 1, max: 2 ** 20, integer: true });
const table = { irsPatterns: count, pilots: count } as const;

/** A cascaded channel is too weak below this fraction of √(R T), the root of its mean squared norm. */
const weakest = 1e-5;
const maxDraws = 100;

/**
 * Draws a training: patterns with entries ±1/√L, pilots of QPSK symbols with entries of magnitude 1/√T. A pattern
 * under which hardly anything of the cascaded channel arrives, ‖H_IB diag(φ) H_MI‖_F < 1e-5 √(R T), is drawn again,
 * because a relative error would mean nothing there.
 *
 * @param stream - its children "patterns" and "pilots" are used; every pattern and every repetition has its own
 * @throws `option` if a count is out of range; `range` if 100 draws of a pattern were all too weak, which a channel
 *   without power explains
 *
 * Source: as {@link drawIrsChannel}.
 */
export function drawIrsTraining(
  channel: ReflectingChannel,
  parameters: IrsTrainingParameters,
  stream: RandomStream,
): IrsTraining {
  const { irsPatterns, pilots } = readOptions("drawIrsTraining", table, parameters);
  const { irsElements, msAntennas } = channel.geometry;
  const patterns = complexMatrix(irsPatterns, irsElements);
  for (let i = 0; i < irsPatterns; i++) {
    patterns.data.set(drawPattern(channel, stream.child("patterns", i)), 2 * i * irsElements);
  }
  return { patterns, pilots: qpskPilots(msAntennas, pilots, stream.child("pilots")) };
}

function drawPattern(channel: ReflectingChannel, stream: RandomStream): Float64Array {
  const { irsElements, bsAntennas, msAntennas } = channel.geometry;
  const pattern = complexMatrix(1, irsElements);
  for (let draw = 0; draw < maxDraws; draw++) {
    const signs = stream.child(draw);
    for (let l = 0; l < irsElements; l++) pattern.data[2 * l] = signs.sign() / Math.sqrt(irsElements);
    const [cascade] = directCascade(channel, pattern);
    if (norm(cascade!.data) >= weakest * Math.sqrt(bsAntennas * msAntennas)) return pattern.data;
  }
  throw rangeError(
    "drawIrsTraining",
    "cascaded channel",
    `almost zero under ${maxDraws} patterns`,
    "a channel that reflects",
  );
}

function norm(data: Float64Array): number {
  return Math.sqrt(data.reduce((sum, part) => sum + part * part, 0));
}

function qpskPilots(msAntennas: number, pilots: number, stream: RandomStream): ComplexMatrix {
  const amplitude = 1 / Math.sqrt(2 * msAntennas);
  const matrix = complexMatrix(msAntennas, pilots);
  for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = amplitude * stream.sign();
  return matrix;
}

/**
 * What the base station receives without noise: Y0[i, k, :] = H_i x_k for pilot vector x_k under pattern i, as a
 * vector in the order (i, k, antenna), the last index fastest.
 *
 * @param channels - H_i, [bsAntennas × msAntennas] each
 * @param pilots - X, [msAntennas × pilots]
 * @throws `shape` if there is no channel, or channels and pilots do not fit
 */
export function irsMeasurement(channels: readonly ComplexMatrix[], pilots: ComplexMatrix): ComplexVector {
  const [first] = channels;
  if (first === undefined) throw shapeError("irsMeasurement", "channels", "0 elements", "at least 1");
  const { rows } = first;
  const received = complexVector(channels.length * pilots.columns * rows);
  channels.forEach((channel, i) => {
    if (channel.columns !== pilots.rows || channel.rows !== rows) {
      const shape = `${channel.rows} × ${channel.columns} entries`;
      throw shapeError("irsMeasurement", `channels[${i}]`, shape, `${rows} × ${pilots.rows}`);
    }
    // (H_i X)^T, [pilots × antennas], is contiguous in the measurement.
    const block = product("transpose", pilots, "transpose", channel);
    received.data.set(block.data, 2 * i * pilots.columns * rows);
  });
  return received;
}
