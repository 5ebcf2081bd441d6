/** What the page of the browser tests can do; bundled with the library, and run in Node by the same tests. */
import * as library from "../../src/index.js";
import { answerBits } from "./answer-bits.js";
import { matrixRuns, solverRuns } from "./library-runs.js";

/** The Fourier operator is made of sines and cosines, whose last digit is the engine's own. */
const runs = [...solverRuns, ...matrixRuns].filter(({ name }) => !name.includes("Fourier"));

export const names = Object.keys(library).sort();
export const runNames = runs.map(({ name }) => name);
export const { kernelInfo } = library;

/** The bits of one answer. */
export function bitsOf(name: string): string {
  return answerBits(runs.find((run) => run.name === name)!.run(library));
}
