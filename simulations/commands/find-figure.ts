import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { describe, optionError, SparseError } from "../../src/errors.js";
import type { AnyScenario, FigureConfiguration, Registry } from "../engine/contract.js";
import { readFigure } from "../engine/figure.js";
import { pick, unknownNameError } from "../engine/names.js";
import { scenarioFigure } from "../engine/overrides.js";

const maxFigureBytes = 2 ** 20;

/**
 * What `sparsewave run` was asked for: a figure by id, a scenario by id, or a figure file by path.
 *
 * @throws `option` if there is no such figure, or a field of the file is wrong; `format` if the file is not JSON;
 *   `limit` beyond 1 MiB
 */
export function findFigure(
  target: string,
  registry: Registry,
): { figure: FigureConfiguration; scenario: AnyScenario } {
  const scenario = registry.scenarios.find((candidate) => candidate.id === target);
  let figure = registry.figures.find((candidate) => candidate.id === target);
  if (figure === undefined && scenario !== undefined) return { figure: scenarioFigure(scenario), scenario };
  if (figure === undefined && /[/\\]|\.json$/.test(target)) figure = readFigureFile(target);
  if (figure === undefined) {
    const known = [...registry.figures, ...registry.scenarios].map((entry) => entry.id);
    throw unknownNameError("run", "figure", target, known);
  }
  return { figure, scenario: pick("run", "scenario", registry.scenarios, [figure.scenario])[0] };
}

function readFigureFile(path: string): FigureConfiguration {
  let text: string;
  try {
    const { size } = statSync(path);
    if (size > maxFigureBytes) {
      throw new SparseError("limit", `run: ${path} has ${size} bytes; expected at most ${maxFigureBytes}`, {
        parameter: path,
        expected: `at most ${maxFigureBytes} bytes`,
        received: `${size} bytes`,
      });
    }
    text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    if (error instanceof SparseError) throw error;
    const { code = "not text in UTF-8" } = error as NodeJS.ErrnoException;
    throw optionError("run", "figure", `${describe(path)} (${code})`, "a readable figure file");
  }
  return readFigure(basename(path), text);
}
