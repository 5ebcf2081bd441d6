/** A panel as HTML: its heading, the place of its chart, and the table of the numbers in it. */
import { formatPoint } from "../format.js";
import type { PlanRecord } from "../result.js";
import type { Panel } from "./charts.js";
import { escapeHtml, typographic } from "./html.js";
import { type SeriesStyle, seriesStyles } from "./palette.js";

type AnyPanel = Panel<{ readonly at: Readonly<Record<string, number>> }>;

/** @param summary - what the table holds */
export function panelHtml({ caption, chart }: AnyPanel, summary: string, tableHtml: string): string {
  const heading = caption === "" ? "" : `<h3>${typographic(escapeHtml(caption))}</h3>`;
  const place =
    chart.series.length === 0
      ? '<p class="quiet">No value to draw.</p>'
      : `<div class="chart" id="${escapeHtml(chart.id)}"></div>`;
  return `${heading}
${place}
<details open><summary>${summary}</summary>
${tableHtml}
</details>`;
}

/**
 * Grid points down and estimators across, or the other way round: the shorter list goes across.
 *
 * @param cellsOf - the cells of an estimator at the points of the panel; undefined leaves the estimator out
 */
export function panelTable(
  plan: PlanRecord,
  { coordinate, points }: AnyPanel,
  cellsOf: (estimator: number) => string[] | undefined,
): string {
  const styles = seriesStyles(plan.estimators.map((estimator) => estimator.oracle));
  const names: string[] = [];
  const columns: string[][] = [];
  plan.estimators.forEach(({ id }, index) => {
    const cells = cellsOf(index);
    if (cells === undefined) return;
    names.push(`${swatch(styles[index])}${escapeHtml(id)}`);
    columns.push(cells);
  });
  const places = points.map(({ at }) => {
    const place = coordinate === undefined ? at : { [coordinate]: at[coordinate] };
    return typographic(escapeHtml(formatPoint(place)));
  });
  if (places.length <= names.length) return table(places, names, columns);
  return table(
    names,
    places,
    places.map((_, index) => columns.map((column) => column[index])),
  );
}

function table(across: readonly string[], down: readonly string[], cells: readonly string[][]): string {
  const heads = across.map((head) => `<th>${head}</th>`).join("");
  const rows = down.map((name, index) => `<tr><th class="left">${name}</th>${cells[index].join("")}</tr>`);
  return `<div class="scroll"><table>
<thead><tr><th></th>${heads}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table></div>`;
}

function swatch({ color, dash }: SeriesStyle): string {
  const line = dash === "solid" ? "solid" : dash === "dot" ? "dotted" : "dashed";
  const style = `border-top-style: ${line}; border-top-color: light-dark(${color.light}, ${color.dark})`;
  return `<span class="swatch" style="${style}"></span>`;
}
