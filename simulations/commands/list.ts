import type { Registry } from "../engine/contract.js";
import { solvers } from "./solvers.js";
import type { Streams } from "./streams.js";

/** `sparsewave list`: everything that has a name, with one line each; with `--json`, also what a scenario offers. */
export function listCommand(json: boolean, registry: Registry, streams: Streams): number {
  const text = json ? `${JSON.stringify(listing(registry), undefined, 2)}\n` : listingText(registry);
  streams.stdout.write(text);
  return 0;
}

function listing({ figures, scenarios }: Registry): object {
  return {
    figures: figures.map(({ id, title, scenario }) => ({ id, title, scenario })),
    scenarios: scenarios.map(({ id, summary, estimators, metrics }) => ({
      id,
      summary,
      estimators: estimators.map((estimator) => ({
        id: estimator.id,
        summary: estimator.summary,
        oracle: "oracle" in estimator,
      })),
      metrics: metrics.map((metric) => ({ id: metric.id, unit: metric.unit, summary: metric.summary })),
    })),
    solvers: solvers.map(({ id, summary }) => ({ id, summary })),
  };
}

function listingText({ figures, scenarios }: Registry): string {
  const sections: [string, readonly (readonly [string, string])[]][] = [
    ["Figures", figures.map(({ id, title }) => [id, title])],
    ["Scenarios", scenarios.map(({ id, summary }) => [id, summary])],
    ["Solvers", solvers.map(({ id, summary }) => [id, summary])],
  ];
  const width = Math.max(...sections.flatMap(([, entries]) => entries.map(([id]) => id.length)), 0);
  const blocks = sections.map(([title, entries]) =>
    [title, ...entries.map(([id, summary]) => `  ${id.padEnd(width)}  ${summary}`)].join("\n"),
  );
  return `${blocks.join("\n\n")}\n`;
}
