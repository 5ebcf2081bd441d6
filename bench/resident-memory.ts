/** How much memory a process holds, and asking that of processes of their own, whose memory no other benchmark has grown. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Of this process, its own program included. On Linux from /proc: `maxRSS` there begins at what the parent process had. */
export function peakResidentBytes(): number {
  if (process.platform !== "linux") return 1024 * process.resourceUsage().maxRSS;
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return 1024 * Number(kilobytes);
}

/** Linux starts anew from what is resident now; elsewhere the peak so far stays. */
export function forgetPeak(): void {
  if (process.platform === "linux") writeFileSync("/proc/self/clear_refs", "5");
}

/** The number that a script of this folder prints. */
export function askProcess(script: string, words: readonly (string | number)[]): number {
  const file = fileURLToPath(new URL(script, import.meta.url));
  return Number(execFileSync(process.execPath, [file, ...words.map(String)], { encoding: "utf8" }));
}
