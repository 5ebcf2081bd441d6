/** What `sparsewave solve` prints and writes. */
import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, optionError } from "../../src/errors.js";
import { type NpyArray, writeMat, writeNpy } from "../../src/io/index.js";
import type { BayesianResult, KroneckerSblResult, SparseResult } from "../../src/solvers/index.js";
import { type FileSystem, fileError } from "../engine/file-system.js";

/** A result; the fields that only some solvers have may be missing. */
export type SolverResult = SparseResult & Partial<BayesianResult> & Partial<Pick<KroneckerSblResult, "core">>;

/**
 * The result as one JSON object. What a solver does not have is null; so is a number that is not finite, because
 * JSON has none.
 *
 * @param seconds - time spent in the solver
 */
export function resultRecord(solver: string, result: SolverResult, seconds: number): object {
  const { mean, variance, support, noiseVariance, logEvidence, iterations, converged, reason, core } = result;
  return {
    solver,
    mean: { re: everyOther(mean.data, 0), im: everyOther(mean.data, 1) },
    ...(mean.columns > 1 ? { snapshots: mean.columns } : {}),
    variance: variance === undefined ? null : Array.from(variance),
    support: Array.from(support),
    noiseVariance: noiseVariance ?? null,
    logEvidence: logEvidence ?? null,
    ...(typeof core === "number" ? { core } : {}),
    iterations,
    converged,
    reason,
    seconds,
  };
}

function everyOther(data: Float64Array, first: 0 | 1): number[] {
  return Array.from({ length: data.length / 2 }, (_, i) => data[2 * i + first]);
}

/** How many coefficients the summary shows. */
const shownAtoms = 10;

/** The result for people: how the run ended, and the largest coefficients of the support. */
export function resultSummary(solver: string, result: SolverResult, seconds: number): string {
  const { mean, support, residualNorm, noiseVariance, logEvidence, iterations, converged, reason } = result;
  const lines = [
    `${solver}: ${converged ? "converged" : "did not converge"} (${reason})`,
    `  iterations      ${iterations} in ${formatNumber(seconds)} s`,
    `  support         ${support.length} of ${mean.rows} atoms`,
    `  residual norm   ${formatNumber(residualNorm)}`,
  ];
  if (noiseVariance !== undefined) lines.push(`  noise variance  ${formatNumber(noiseVariance)}`);
  if (logEvidence !== undefined) lines.push(`  log evidence    ${formatNumber(logEvidence)}`);
  if (typeof result.core === "number") lines.push(`  core            rank ${result.core}`);
  const largest = Array.from(support, (atom) => ({ atom, norm: rowNorm(result, atom) }))
    .sort((a, b) => b.norm - a.norm || a.atom - b.atom)
    .slice(0, shownAtoms);
  if (largest.length > 0)
    lines.push("", `  ${"atom".padStart(8)}  ${mean.columns > 1 ? "norm" : "coefficient"}`);
  for (const { atom, norm } of largest) {
    const value = mean.columns > 1 ? formatNumber(norm) : formatComplex(mean.data, atom);
    lines.push(`  ${String(atom).padStart(8)}  ${value}`);
  }
  if (support.length > shownAtoms) lines.push(`  ${"…".padStart(8)}  ${support.length - shownAtoms} more`);
  return `${lines.join("\n")}\n`;
}

function rowNorm({ mean: { columns, data } }: SolverResult, atom: number): number {
  let norm = 0;
  for (let i = 2 * atom * columns; i < 2 * (atom + 1) * columns; i++) norm = Math.hypot(norm, data[i]);
  return norm;
}

function formatNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function formatComplex(data: Float64Array, i: number): string {
  const [re, im] = [data[2 * i], data[2 * i + 1]];
  return `${formatNumber(re)} ${im < 0 ? "-" : "+"} ${formatNumber(Math.abs(im))}j`;
}

/** What goes into the file that `--out` names. */
export interface Output {
  readonly record: object;
  readonly mean: NpyArray;
}

/**
 * The writer for a path, found and checked before anything is solved. `.json` takes the whole record, `.npy` and
 * `.mat` the mean (a variable `mean`).
 *
 * @throws `option` if the extension is another, the path is a folder, or its folder is missing or not writable
 */
export async function openOutput(
  path: string,
  files: FileSystem,
): Promise<(output: Output) => Promise<void>> {
  const encode = encoderOf(path);
  if (await isFolder(path)) throw optionError("solve", "out", `${describe(path)}, a folder`, "a file");
  const folder = dirname(path);
  if (!(await isFolder(folder))) {
    throw optionError("solve", "out", `in ${describe(folder)}, which is no folder`, "a folder that exists");
  }
  await access(folder, constants.W_OK).catch(() => {
    throw optionError("solve", "out", `in ${describe(folder)}, which is not writable`, "a folder that is");
  });
  return async (output) => {
    const bytes = encode(output);
    await files.writeFileAtomic(path, bytes).catch((error: unknown) => {
      throw fileError("solve", path, "written", error);
    });
  };
}

function encoderOf(path: string): (output: Output) => Uint8Array {
  const lower = path.toLowerCase();
  if (lower.endsWith(".json")) return ({ record }) => new TextEncoder().encode(`${JSON.stringify(record)}\n`);
  if (lower.endsWith(".npy")) return ({ mean }) => writeNpy(mean);
  if (lower.endsWith(".mat")) return ({ mean }) => writeMat(new Map([["mean", mean]]));
  throw optionError("solve", "out", describe(path), "a file ending in .json, .npy or .mat");
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  );
}
