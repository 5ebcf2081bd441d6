/** Numbers as people read them, for the terminal and for the report. */
import { toDecibels } from "../../src/metrics/index.js";
import { averagedCount } from "./reduce.js";
import type { EstimatorSummary, MetricSummary } from "./result.js";

type Scale = "decibel" | "logarithmic" | "linear";

export interface FormattedSummary {
  readonly mean: string;
  readonly interval: string;
  readonly median: string;
}

const missing = "–";

/** Mean, 95 % interval and median on the metric's scale; what is unknown is a dash. */
export function formatSummary(summary: MetricSummary, scale: Scale): FormattedSummary {
  const { mean, median, interval95 } = summary;
  const number = (value: number | null): string => (value === null ? missing : formatValue(value, scale, 4));
  const ends = interval95?.map((end) => formatValue(end, scale, 3));
  const interval = ends === undefined ? missing : `[${ends.join(", ")}]`;
  return { mean: number(mean), interval, median: number(median) };
}

/** Decibels with two decimals, other numbers with so many digits. A ratio that is not positive is -inf dB. */
function formatValue(value: number, scale: Scale, digits: number): string {
  if (scale !== "decibel") return formatNumber(value, digits);
  return value > 0 ? toDecibels(value).toFixed(2) : "-inf";
}

/** A number with so many digits: 0.2500, 7.000, 1234, 3.142e-7; zero is 0. */
export function formatNumber(value: number, digits = 4): string {
  const size = Math.abs(value);
  if (size >= 1e6 || (size > 0 && size < 1e-3)) return value.toExponential(digits - 1).replace("+", "");
  if (size === 0 || size >= 10 ** (digits - 1)) return value.toFixed(0);
  return value.toPrecision(digits);
}

/** Whether a metric has a number to show for an estimator, or failures that explain why there is none. */
export function appliesTo(
  metric: { readonly id: string },
  { metrics, trials, statuses }: EstimatorSummary,
): boolean {
  return metrics[metric.id].mean !== null || averagedCount(statuses) < trials;
}

/** 85 → 1:25, 3700 → 1:01:40. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = String(whole % 60).padStart(2, "0");
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${String(minutes).padStart(2, "0")}:${rest}`;
}

/** A time in the unit that suits it, with two digits or without decimals: 850 µs, 12 ms, 0.85 s, 124 s. */
export function formatSeconds(seconds: number | null): string {
  if (seconds === null) return missing;
  const [factor, unit] = timeUnit(seconds);
  const value = seconds * factor;
  return `${value === 0 || value >= 99.5 ? value.toFixed(0) : value.toPrecision(2)} ${unit}`;
}

/** The same with as few digits as there are: 2 ms, 0.5 s. */
export function formatRoundSeconds(seconds: number): string {
  const [factor, unit] = timeUnit(seconds);
  return `${Number((seconds * factor).toPrecision(2))} ${unit}`;
}

function timeUnit(seconds: number): readonly [factor: number, unit: string] {
  if (seconds < 0.000_999_5) return [1e6, "µs"];
  return seconds < 0.0995 ? [1e3, "ms"] : [1, "s"];
}

/** 0 → 0, 4608 → 4.5 KiB, 2³¹ → 2.0 GiB. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null) return missing;
  if (bytes < 2 ** 10) return bytes === 0 ? "0" : `${bytes} B`;
  const [size, unit] = [[2 ** 30, "GiB"] as const, [2 ** 20, "MiB"] as const, [2 ** 10, "KiB"] as const].find(
    ([least]) => bytes >= 0.9995 * least,
  )!;
  const value = bytes / size;
  return `${value >= 99.5 ? value.toFixed(0) : value.toPrecision(2)} ${unit}`;
}

/** `snrDb = 4, pilots = 8`; "defaults" for the one point of a figure without a grid. */
export function formatPoint(at: Readonly<Record<string, number>>): string {
  const coordinates = Object.entries(at).map(([key, value]) => `${key} = ${value}`);
  return coordinates.length === 0 ? "defaults" : coordinates.join(", ");
}

const units: Readonly<Record<string, string>> = { Db: "dB", Deg: "°", Hz: "Hz", Wavelengths: "wavelengths" };

/** A grid coordinate as the title of an axis: `snrDb` is `SNR [dB]`, `irsPatterns` is `Irs patterns`. */
export function axisTitle(key: string): string {
  const suffix = /(?:Db|Deg|Hz|Wavelengths)$/.exec(key)?.[0] ?? "";
  return metricTitle({
    id: key.slice(0, key.length - suffix.length),
    unit: units[suffix] ?? "",
    scale: "linear",
  });
}

/** The name of a metric with its unit, made from its id: `NMSE [dB]`, `Support recovery rate`, `Angle RMSE (bs)`. */
export function metricTitle(metric: {
  readonly id: string;
  readonly unit: string;
  readonly scale: Scale;
}): string {
  const unit = metric.scale === "decibel" ? "dB" : metric.unit;
  const [id, part] = metric.id.split(/\.(.*)/);
  const words = id
    .replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .replace(/ rmse\b/, " RMSE");
  // Names of four letters or less are acronyms.
  const whole = words.length <= 4 ? words.toUpperCase() : words[0].toUpperCase() + words.slice(1);
  const name = part === undefined ? whole : `${whole} (${part})`;
  return unit === "" || unit === "1" ? name : `${name} [${unit}]`;
}
