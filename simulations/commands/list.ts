import type { Registry } from "../engine/contract.js";
import type { Streams } from "./streams.js";

/** What `sparsewave solve` offers. */
export const solvers: readonly { readonly id: string; readonly summary: string }[] = [
  { id: "omp", summary: "Orthogonal matching pursuit" },
  { id: "somp", summary: "Simultaneous orthogonal matching pursuit, for several snapshots" },
  { id: "kronecker-omp", summary: "Orthogonal matching pursuit on the factors of a Kronecker dictionary" },
  { id: "sbl", summary: "Sparse Bayesian learning with independent prior variances" },
  { id: "kronecker-sbl", summary: "Sparse Bayesian learning with Kronecker-structured prior variances" },
  { id: "lmmse", summary: "Linear minimum mean square error estimate for a given prior" },
];

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
    solvers,
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
