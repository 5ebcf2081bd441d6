import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.js";

// The program as it is installed: this test needs `npm run build`, which `npm run test:full` does first.
const program = fileURLToPath(new URL("../../dist/simulations/cli.js", import.meta.url));
const folder = temporaryFolder();

it.each(["irs-snr", "kronecker-snr"])(
  "%s: result.json has the same bytes from 1, 2 and 4 workers",
  { timeout: 300_000 },
  (figure) => {
    const [expected, ...others] = [1, 2, 4].map((workers) => {
      const out = folder.path(String(workers));
      const words = ["run", figure, "--trials", "5", "--workers", String(workers), "--quiet", "--out", out];
      execFileSync(process.execPath, [program, ...words]);
      return readFileSync(folder.path(String(workers), "result.json"), "utf8");
    });
    for (const other of others) expect(other).toBe(expected);
  },
);
