import { existsSync, readdirSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { main } from "../../../bench/main.js";
import { machineName, reportFile } from "../../../bench/report.js";
import type { Benchmark, Group, Row } from "../../../bench/row.js";
import { select } from "../../../bench/select.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const folder = temporaryFolder();

function benchmark(group: Group, name: string): Benchmark {
  return {
    group,
    name,
    async *run(session): AsyncGenerator<Row> {
      session.progress(`timing ${name}`);
      yield { group, name, size: { n: 2 }, seconds: 0.5 };
    },
  };
}

// Not in the order of the groups, and one name in two of them.
const benchmarks = [
  benchmark("growth", "sbl"),
  benchmark("kernels", "svd"),
  benchmark("solvers", "sbl"),
  benchmark("solvers", "omp"),
];

async function run(words: readonly string[], terminal = false) {
  const results = pathToFileURL(`${folder.path("results")}/`);
  const text = { stdout: "", stderr: "" };
  const stream = (key: keyof typeof text) => ({
    isTTY: terminal,
    columns: 20,
    write(part: string) {
      text[key] += part;
    },
  });
  const context = { benchmarks, stdout: stream("stdout"), stderr: stream("stderr"), results };
  return { code: await main(words, context), ...text, results };
}

describe("bench --json", () => {
  it("prints one object on standard output, all else on standard error, and writes the same to a file", async () => {
    const { code, stdout, stderr, results } = await run(["--json"]);
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(Object.keys(report)).toEqual(["schema", "machine", "rows"]);
    expect(report.schema).toBe("sparsewave.bench/1");
    expect(report.machine).toBe(machineName());
    expect(report.rows).toEqual([
      { group: "kernels", name: "svd", size: { n: 2 }, seconds: 0.5 },
      { group: "solvers", name: "sbl", size: { n: 2 }, seconds: 0.5 },
      { group: "solvers", name: "omp", size: { n: 2 }, seconds: 0.5 },
      { group: "growth", name: "sbl", size: { n: 2 }, seconds: 0.5 },
    ]);
    const file = new URL(reportFile(machineName(), undefined), results);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(report);
    expect(stderr).toContain(file.pathname);
  });
});

describe("bench", () => {
  it("prints a table for each group that was run", async () => {
    const { stdout } = await run(["--only", "solvers"]);
    expect(stdout).toBe("\nsolvers\nname  size    time\nsbl   n=2   500 ms\nomp   n=2   500 ms\n");
  });

  it("does not replace the report of the whole by that of a part", async () => {
    const { results } = await run([]);
    const whole = readFileSync(new URL(reportFile(machineName(), undefined), results), "utf8");
    await run(["--only", "svd, omp"]);
    expect(readFileSync(new URL(reportFile(machineName(), undefined), results), "utf8")).toBe(whole);
    const part = readdirSync(results).find((name) => name.endsWith(".only-svd-omp.json"));
    expect(JSON.parse(readFileSync(new URL(part!, results), "utf8")).rows).toHaveLength(2);
  });

  it("gives the report of a long list a name that a file can have, and of another list another", async () => {
    const [one, other] = ["svd", "omp"].map((last) => `${"sbl,".repeat(100)}${last}`);
    const { code, results } = await run(["--only", one]);
    expect(code).toBe(0);
    const name = reportFile(machineName(), one);
    expect(JSON.parse(readFileSync(new URL(name, results), "utf8")).rows).toHaveLength(3);
    expect(reportFile(machineName(), other)).not.toBe(name);
  });

  it.each([
    [["--only", "svd,cholesky"], 'nothing is called "cholesky"'],
    [["--only", ""], 'nothing is called ""'],
    [["--fast"], "--fast"],
    [["svd"], "svd"],
  ])("refuses %j", async (words, message) => {
    const { code, stdout, stderr } = await run(words);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
  });

  it("shows on a terminal what is being timed, in one line that it takes away", async () => {
    const { stderr } = await run(["--only", "omp"], true);
    expect(stderr).toContain("\r\u001b[Ktiming omp\r\u001b[K");
    expect((await run(["--only", "omp"])).stderr).not.toContain("timing");
  });

  it("writes nothing for a command line that it refuses", async () => {
    const { results } = await run(["--only", "nothing"]);
    expect(existsSync(new URL(".", results)) ? readdirSync(results) : []).not.toContain(
      reportFile(machineName(), "nothing"),
    );
  });
});

describe("select", () => {
  it("takes groups and names, several of them, in the order of the benchmarks", () => {
    const chosen = (only: string | undefined) =>
      select(benchmarks, only).map(({ group, name }) => `${group}/${name}`);
    expect(chosen(undefined)).toHaveLength(4);
    expect(chosen("sbl")).toEqual(["growth/sbl", "solvers/sbl"]);
    expect(chosen("omp, growth")).toEqual(["growth/sbl", "solvers/omp"]);
    expect(chosen("solvers,sbl,solvers")).toEqual(["growth/sbl", "solvers/sbl", "solvers/omp"]);
  });

  it("accepts a group that has nothing, and lists groups and names for what is neither", () => {
    expect(select(benchmarks, "workers")).toEqual([]);
    expect(() => select(benchmarks, "gemm")).toThrow(
      'nothing is called "gemm"; there are the groups kernels, solvers, growth, sweep, workers, start and the names sbl, svd, omp',
    );
  });
});
