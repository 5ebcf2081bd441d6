/**
 * `node solver-memory.js <index>`: how far one run of a case raises the peak of this process' resident memory, in
 * bytes. The problem is in memory before, and the solver's code is loaded by a small problem; so what is measured is
 * what the run allocates and touches, garbage that is not yet collected included. It varies by a megabyte or two.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { solverCases } from "./solver-cases.js";

const { problem: draw, smallProblem, solve } = solverCases[Number(process.argv[2])];
solve(smallProblem());
const problem = draw();
forgetPeak();
const before = peakResidentBytes();
solve(problem);
process.stdout.write(String(peakResidentBytes() - before));

/** Linux starts anew from what is resident now; elsewhere the peak while loading stays. */
function forgetPeak(): void {
  if (process.platform === "linux") writeFileSync("/proc/self/clear_refs", "5");
}

/** On Linux from /proc, because `maxRSS` there begins at what the parent process had. */
function peakResidentBytes(): number {
  if (process.platform !== "linux") return 1024 * process.resourceUsage().maxRSS;
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return 1024 * Number(kilobytes);
}
