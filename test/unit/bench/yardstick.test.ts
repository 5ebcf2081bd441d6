import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { kernelBenchmarks } from "../../../bench/kernel-rows.js";
import { packageRoot } from "../../../bench/package-root.js";
import { startYardstick } from "../../../bench/yardstick.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const folder = temporaryFolder();

/** A yardstick in JavaScript instead of Python. */
function script(name: string, text: string): URL {
  writeFileSync(folder.path(name), text);
  return pathToFileURL(folder.path(name));
}

const sound = `
  const say = (answer) => console.log(JSON.stringify(answer));
  say({ numpy: "9.9" });
  require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
    const { prepare, size, batch } = JSON.parse(line);
    if (batch) say({ seconds: Number(process.env.OPENBLAS_NUM_THREADS) / 4 });
    else if (prepare === "svd" && size.n === 64) say({ form: "svd", calls: 1 });
    else say({ error: "KeyError: " + prepare });
  });
`;

describe("yardstick", () => {
  it("prepares and times in a process that is told to use one thread", async () => {
    const notes: string[] = [];
    const yardstick = await startYardstick(
      script("sound.cjs", sound),
      (text) => notes.push(text),
      process.execPath,
    );
    const batch = await yardstick?.prepare("svd", { n: 64 });
    expect(await batch?.()).toBe(0.25);
    expect(await batch?.()).toBe(0.25);
    expect(notes).toEqual(["yardstick: NumPy 9.9 on one thread"]);
    expect(await yardstick?.prepare("nothing", { n: 64 })).toBeUndefined();
    expect(notes[1]).toContain("KeyError: nothing");
    yardstick?.close();
  });

  it.each([
    ["there is no interpreter", sound, "no-such-interpreter", "ENOENT"],
    ["NumPy is not installed", 'console.log(\'{"error": "No module named numpy"}\')', undefined, "No module"],
    ["the process ends at once", "process.exit(1)", undefined, "has ended"],
  ])("is absent, and says so, if %s", async (_, text, interpreter = process.execPath, reason) => {
    const notes: string[] = [];
    const yardstick = await startYardstick(
      script("absent.cjs", text),
      (note) => notes.push(note),
      interpreter,
    );
    expect(yardstick).toBeUndefined();
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain("no ratios to NumPy");
    expect(notes[0]).toContain(reason);
  });

  it("has a NumPy expression for every kernel, and no other", () => {
    const python = readFileSync(new URL("bench/numpy-yardstick.py", packageRoot), "utf8");
    const table = /^KERNELS = \{\n(.*?)^\}/ms.exec(python)?.[1] ?? "";
    const names = [...table.matchAll(/^ {4}"([\w-]+)":/gm)].map((match) => match[1]);
    expect(names).toEqual(kernelBenchmarks.map(({ name }) => name));
  });
});
