/** What the page of the browser tests can do; bundled with the library, and run in Node by the same tests. */
import * as library from "../../src/index.js";
import { answerBits } from "./answer-bits.js";
import { matrixRuns, solverRuns } from "./library-runs.js";

/**
 * The Fourier operator, and atoms that move, are made of sines and cosines while the solver runs; their last digit is the
 * engine's own.
 */
const hasSines = ({ name }: { readonly name: string }) => /Fourier|offGrid/.test(name);
const runs = [...solverRuns, ...matrixRuns].filter((run) => !hasSines(run));
const runsWithSines = solverRuns.filter(hasSines);

export const names = Object.keys(library).sort();
export const runNames = runs.map(({ name }) => name);
export const sineRunNames = runsWithSines.map(({ name }) => name);
export const { kernelInfo } = library;

/** The bits of one answer. */
export function bitsOf(name: string): string {
  return answerBits(runs.find((run) => run.name === name)!.run(library));
}

/** The coefficients of one answer. */
export function meanOf(name: string): number[] {
  return Array.from(runsWithSines.find((run) => run.name === name)!.run(library).mean.data);
}
