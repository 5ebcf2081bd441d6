/** What the benchmark leaves behind: one JSON object. */
import { createHash } from "node:crypto";
import { arch, cpus } from "node:os";
import type { Row } from "./row.js";

export interface Report {
  readonly schema: "sparsewave.bench/1";
  readonly machine: string;
  readonly rows: readonly Row[];
}

/** Processor, architecture and version of Node. */
export function machineName(): string {
  return `${cpus()[0]?.model ?? "unknown processor"} ${arch()} node ${process.versions.node}`;
}

export function createReport(machine: string, rows: readonly Row[]): Report {
  return { schema: "sparsewave.bench/1", machine, rows };
}

/** Where a report is kept; part of a benchmark has a name of its own and does not replace the whole. */
export function reportFile(machine: string, only: string | undefined): string {
  const part = only === undefined ? "" : `.only-${shortened(fileWord(only))}`;
  return `${fileWord(machine)}${part}.json`;
}

/** File systems take 255 bytes. */
function shortened(word: string): string {
  if (word.length <= 100) return word;
  return `${word.slice(0, 80)}-${createHash("sha256").update(word).digest("hex").slice(0, 12)}`;
}

function fileWord(text: string): string {
  return text.replace(/[^A-Za-z0-9.]+/g, "-").replace(/^-|-$/g, "");
}
