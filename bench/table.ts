/** The rows of a group as a table: one column for each fact that any row has, numbers to the right. */
import type { Row } from "./row.js";

interface Column {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly align: "left" | "right";
}

const columns: readonly Column[] = [
  { title: "name", align: "left", cell: ({ name }) => name },
  { title: "size", align: "left", cell: ({ size }) => formatSize(size) },
  { title: "time", align: "right", cell: ({ seconds }) => formatSeconds(seconds) },
  fact("GFLOP/s", "gflops", (value) => value.toFixed(2)),
  fact("of peak", "peakShare", (value) => `${(100 * value).toFixed(0)} %`),
  fact("vs NumPy", "ratioToNumpy", formatRatio),
  fact("iterations", "iterations", String),
  fact("NMSE", "nmse", (value) => `${(10 * Math.log10(value)).toFixed(2)} dB`),
  fact("vs oracle", "nmseToOracle", formatRatio),
  fact("Mflop", "flops", (value) => (value / 1e6).toFixed(2)),
  fact("memory", "peakMemoryBytes", formatBytes),
  fact("process", "processMemoryBytes", formatBytes),
  fact("vs textbook", "ratioToTextbook", formatRatio),
  fact("vs svd", "ratioToSvd", formatRatio),
  fact("vs am", "ratioToAm", formatRatio),
  fact("trials/s", "trialsPerSecond", (value) => value.toFixed(1)),
  fact("vs one worker", "ratioToOneWorker", formatRatio),
];

type NumericField = { [Key in keyof Row]-?: Row[Key] extends number | undefined ? Key : never }[keyof Row];

function fact(title: string, field: NumericField, format: (value: number) => string): Column {
  return {
    title,
    align: "right",
    cell: (row) => {
      const value = row[field];
      return value === undefined ? "" : format(value);
    },
  };
}

/** Lines without an end-of-line; a column that is empty in all rows is left out. */
export function tableLines(rows: readonly Row[]): string[] {
  const shown = columns
    .map(({ title, align, cell }) => ({ align, cells: [title, ...rows.map(cell)] }))
    .filter(({ cells }) => cells.slice(1).some((text) => text !== ""))
    .map(({ align, cells }) => {
      const width = Math.max(...cells.map((text) => text.length));
      return cells.map((text) => (align === "left" ? text.padEnd(width) : text.padStart(width)));
    });
  return ["", ...rows].map((_, line) =>
    shown
      .map((cells) => cells[line])
      .join("  ")
      .trimEnd(),
  );
}

/** Two digits after the point, none from 100 on. */
export function formatRatio(ratio: number): string {
  return ratio.toFixed(ratio < 100 ? 2 : 0);
}

function formatBytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** Three digits, in the largest unit of which it is at least one. */
export function formatSeconds(seconds: number): string {
  const [unit, scale] = seconds >= 1 ? ["s ", 1] : seconds >= 1e-3 ? ["ms", 1e3] : ["µs", 1e6];
  const value = seconds * Number(scale);
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ${unit}`;
}

export function formatSize(size: Row["size"]): string {
  return Object.entries(size)
    .map(([key, value]) => `${key}=${value}`)
    .join(" ");
}
