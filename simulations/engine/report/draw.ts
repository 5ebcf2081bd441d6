/**
 * The program inside the report. It runs in the reader's browser: its text is put into the page, so it uses nothing
 * but its arguments.
 */
import type { AxisTicks, Chart } from "./charts.js";

/** The part of plotly that is used. */
interface Plotly {
  react(element: HTMLElement, data: object[], layout: object, config: object): unknown;
}

export function drawCharts(plotly: Plotly, page: Document, view: Window): void {
  const charts = JSON.parse(page.getElementById("charts")!.textContent!) as Chart[];
  const dark = view.matchMedia("(prefers-color-scheme: dark)");
  const narrow = view.matchMedia("(max-width: 720px)");
  const draw = (): void => drawAll(dark.matches ? "dark" : "light");
  draw();
  dark.addEventListener("change", draw);
  narrow.addEventListener("change", draw);
  view.addEventListener("beforeprint", () => drawAll("light"));
  view.addEventListener("afterprint", draw);

  function drawAll(theme: "light" | "dark"): void {
    for (const chart of charts) {
      const element = page.getElementById(chart.id);
      if (element === null) continue;
      plotly.react(element, traces(chart, theme), layout(chart, theme), {
        responsive: true,
        displaylogo: false,
        // No button that would send the chart to a server.
        showSendToCloud: false,
        plotlyServerURL: "",
        modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
        toImageButtonOptions: { format: "svg", filename: chart.id },
      });
    }
  }

  function traces(chart: Chart, theme: "light" | "dark"): object[] {
    const bands: object[] = [];
    const lines: object[] = [];
    // Many bands on top of one another hide what they should show.
    const crowded = isCrowded(chart);
    for (const { name, style, x, y, low, high, median, text } of chart.series) {
      const color = style.color[theme];
      const line = y.length > 1;
      const interval = low.length > 0;
      if (line && interval) {
        bands.push({
          x: [...x, ...[...x].reverse()],
          y: [...high, ...[...low].reverse()],
          fill: "toself",
          fillcolor: `${color}${crowded ? "14" : "2e"}`,
          line: { width: 0 },
          mode: "lines",
          legendgroup: name,
          showlegend: false,
          hoverinfo: "skip",
        });
        if (!crowded) lines.push(medianLine(name, x, median, color));
      }
      lines.push({
        name,
        x,
        y,
        text,
        hovertemplate: `%{text}<extra>${name}</extra>`,
        mode: line ? "lines+markers" : "markers",
        line: { color, width: 2, dash: style.dash },
        marker: {
          color,
          symbol: style.marker,
          size: 8,
          line: { color, width: style.marker.includes("open") ? 1.5 : 0 },
        },
        legendgroup: name,
        ...(interval && !line ? { error_y: errorBars(y, low, high, color) } : {}),
      });
    }
    return [...bands, ...lines];
  }

  function isCrowded(chart: Chart): boolean {
    return chart.series.length > 8;
  }

  function medianLine(
    name: string,
    x: readonly (number | string)[],
    y: readonly (number | null)[],
    color: string,
  ): object {
    const line = { color, width: 1.25, dash: "dot" };
    return { x, y, mode: "lines", line, legendgroup: name, showlegend: false, hoverinfo: "skip" };
  }

  function errorBars(
    y: readonly number[],
    low: readonly number[],
    high: readonly number[],
    color: string,
  ): object {
    return {
      type: "data",
      symmetric: false,
      array: high.map((value, index) => value - y[index]),
      arrayminus: low.map((value, index) => y[index] - value),
      color,
      thickness: 1.5,
      width: 6,
    };
  }

  function layout(chart: Chart, theme: "light" | "dark"): object {
    const ink = theme === "dark" ? "#d8dce0" : "#24292f";
    const quiet = theme === "dark" ? "#98a2ad" : "#5d6873";
    const grid = theme === "dark" ? "#30363d" : "#e4e7ea";
    const axis = {
      gridcolor: grid,
      linecolor: ink,
      tickcolor: ink,
      ticks: "outside",
      zeroline: false,
      showline: true,
    };
    const below = narrow.matches;
    return {
      font: { family: "system-ui, sans-serif", size: 13, color: ink },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      margin: { l: 70, r: 16, t: 34, b: 52 },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: quiet, activecolor: ink },
      height: (below ? 460 : 420) + (isCrowded(chart) ? 22 * (chart.series.length - 8) : 0),
      hovermode: "closest",
      showlegend: chart.xTitle !== "",
      legend: below ? { orientation: "h", y: -0.22 } : { x: 1.02, y: 1, itemwidth: 36 },
      xaxis: {
        ...axis,
        title: { text: chart.xTitle },
        ...(chart.xTicks === undefined ? {} : { tickmode: "array", tickvals: chart.xTicks }),
        automargin: true,
      },
      yaxis: {
        ...axis,
        title: { text: chart.yTitle },
        type: chart.yType,
        automargin: true,
        ...(chart.yAxis !== undefined
          ? givenTicks(chart.yAxis)
          : chart.yType === "log"
            ? powersOfTen(grid)
            : {}),
      },
    };
  }

  function powersOfTen(grid: string): object {
    return {
      exponentformat: "power",
      dtick: 1,
      minor: { ticks: "outside", showgrid: true, gridcolor: grid },
    };
  }

  /** The range of a logarithmic axis, with room for the markers at its ends. */
  function givenTicks({ range, values, texts }: AxisTicks): object {
    const [low, high] = [Math.log10(range[0]), Math.log10(range[1])];
    const room = 0.03 * (high - low);
    return { range: [low - room, high + room], tickmode: "array", tickvals: values, ticktext: texts };
  }
}
