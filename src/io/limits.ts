import { numberOption, readOptions, withDefault } from "../options.js";

/** What a reader accepts at most. Each is compared with what a file declares before anything is allocated. */
export interface FileLimits {
  /** Size of the file; default 1 GiB. */
  readonly fileBytes: number;
  /** Size of the text header of a `.npy` file; default 64 KiB. */
  readonly headerBytes: number;
  /** Dimensions of an array; default 32. */
  readonly dimensions: number;
  /** Elements of all arrays of a file together; default 2²⁷. An empty dimension counts as 1. */
  readonly elements: number;
  /**
   * How many times its own size a file may grow to when compressed parts are inflated and sparse matrices filled
   * in; default 200. Growth to 16 MiB is always allowed, since small arrays of zeros compress further than that.
   */
  readonly inflateRatio: number;
  /** Bytes that a file may grow to in that way; default 1 GiB. */
  readonly inflateBytes: number;
  /** Bytes in the name of an array; default 4096. */
  readonly nameBytes: number;
}

export const defaultLimits: FileLimits = Object.freeze({
  fileBytes: 2 ** 30,
  headerBytes: 2 ** 16,
  dimensions: 32,
  elements: 2 ** 27,
  inflateRatio: 200,
  inflateBytes: 2 ** 30,
  nameBytes: 4096,
});

const limit = numberOption({ min: 1, integer: true });

const table = {
  fileBytes: withDefault(limit, defaultLimits.fileBytes),
  headerBytes: withDefault(limit, defaultLimits.headerBytes),
  dimensions: withDefault(limit, defaultLimits.dimensions),
  elements: withDefault(limit, defaultLimits.elements),
  inflateRatio: withDefault(limit, defaultLimits.inflateRatio),
  inflateBytes: withDefault(limit, defaultLimits.inflateBytes),
  nameBytes: withDefault(limit, defaultLimits.nameBytes),
};

/**
 * The limits to use: those given, the defaults for the others.
 *
 * @throws `option` if one is unknown or not a whole number above 0
 */
export function readLimits(who: string, limits: Partial<FileLimits> | undefined): FileLimits {
  return readOptions(who, table, limits);
}
