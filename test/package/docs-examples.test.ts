/** The examples of the algorithm pages compile and run as they stand, against the build, and print what they say. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const algorithms = readdirSync("docs/algorithms").map((name) => `docs/algorithms/${name}`);

interface Example {
  readonly name: string;
  readonly program: string;
  /** The comments behind its calls of console.log. */
  readonly printed: readonly string[];
}

function examplesOf(page: string): Example[] {
  return [...readFileSync(page, "utf8").matchAll(/```ts\n([\s\S]*?)```/g)].map(([, program], index) => ({
    name: `${page.replace(/^.*\/|\.md$/g, "")}-${index + 1}`,
    program,
    printed: [...program.matchAll(/^ *console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text),
  }));
}

describe("algorithm pages", () => {
  const examples = algorithms.flatMap(examplesOf);
  // Within the package, so that "sparsewave" is what a user gets.
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync("dist/examples-");
    for (const { name, program } of examples) writeFileSync(join(folder, `${name}.ts`), program);
    const files = examples.map(({ name }) => join(folder, `${name}.ts`));
    const options = "--ignoreConfig --strict --skipLibCheck --target ES2023 --lib ES2023,DOM --types node";
    const modules = `--module NodeNext --moduleResolution NodeNext --rootDir ${folder} --outDir ${folder}`;
    const words = [...options.split(" "), ...modules.split(" "), ...files];
    execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", ...words], { encoding: "utf8" });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("have an example each", () => {
    for (const page of algorithms) expect(examplesOf(page).length, page).toBeGreaterThan(0);
  });

  for (const { name, printed } of examples) {
    it(`${name} prints what it says`, () => {
      const output = execFileSync(process.execPath, [join(folder, `${name}.js`)], { encoding: "utf8" });
      expect(printed.length).toBeGreaterThan(0);
      expect(output.trimEnd().split("\n")).toEqual(printed);
    });
  }
});

it("links between README and guides lead somewhere", () => {
  const guides = readdirSync("docs").filter((name) => name.endsWith(".md"));
  for (const page of ["README.md", ...guides.map((name) => `docs/${name}`), ...algorithms]) {
    for (const [, file, anchor] of readFileSync(page, "utf8").matchAll(
      /\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)/g,
    )) {
      const target = file === "" ? page : join(dirname(page), file);
      expect(existsSync(target), `${file} in ${page}`).toBe(true);
      if (anchor === "") continue;
      expect(anchorsOf(target), `#${anchor} in ${page}`).toContain(anchor);
    }
  }
});

/** As GitHub names headings. */
function anchorsOf(page: string): string[] {
  return [...readFileSync(page, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
