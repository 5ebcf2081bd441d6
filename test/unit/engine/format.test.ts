import { describe, expect, it } from "vitest";
import {
  axisTitle,
  formatBytes,
  formatDuration,
  formatNumber,
  formatPoint,
  formatRoundSeconds,
  formatSeconds,
  formatSummary,
  metricTitle,
} from "../../../simulations/engine/format.js";

describe("formatNumber", () => {
  it.each([
    [0, "0"],
    [7, "7.000"],
    [0.25, "0.2500"],
    [-0.123456, "-0.1235"],
    [43.5, "43.50"],
    [1234.5678, "1235"],
    [0.00012346, "1.235e-4"],
    [-1.5e-300, "-1.500e-300"],
    [12345678, "1.235e7"],
  ])("writes %d as %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});

describe("formatSummary", () => {
  const summary = { mean: 0.01, median: 0.001, standardError: 0.01, interval95: [-0.01, 0.1] as const };

  it("turns ratios into decibels", () => {
    expect(formatSummary(summary, "decibel")).toEqual({
      mean: "-20.00",
      interval: "[-inf, -10.00]",
      median: "-30.00",
    });
  });

  it("leaves other numbers as they are", () => {
    expect(formatSummary(summary, "linear")).toEqual({
      mean: "0.01000",
      interval: "[-0.0100, 0.100]",
      median: "0.001000",
    });
  });

  it("marks what is unknown", () => {
    const unknown = { mean: null, median: null, standardError: null, interval95: null };
    expect(formatSummary(unknown, "decibel")).toEqual({ mean: "–", interval: "–", median: "–" });
  });
});

describe("formatSeconds", () => {
  it.each([
    [null, "–"],
    [0, "0 µs"],
    [4e-7, "0.40 µs"],
    [0.00012345, "123 µs"],
    [0.0009991, "999 µs"],
    [0.0009996, "1.0 ms"],
    [0.0123, "12 ms"],
    [0.0994, "99 ms"],
    [0.0996, "0.10 s"],
    [0.85, "0.85 s"],
    [2.34, "2.3 s"],
    [99.6, "100 s"],
    [5432.1, "5432 s"],
  ])("writes %d as %s", (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });

  it("leaves out digits that say nothing", () => {
    const texts = [1e-6, 5e-5, 1e-3, 0.02, 0.1, 5, 2000].map(formatRoundSeconds);
    expect(texts).toEqual(["1 µs", "50 µs", "1 ms", "20 ms", "0.1 s", "5 s", "2000 s"]);
  });
});

describe("formatBytes", () => {
  it.each([
    [null, "–"],
    [0, "0"],
    [640, "640 B"],
    [1024, "1.0 KiB"],
    [4608, "4.5 KiB"],
    [1023 * 1024, "1023 KiB"],
    [2 ** 20 - 1, "1.0 MiB"],
    [99.7 * 2 ** 20, "100 MiB"],
    [2 ** 31, "2.0 GiB"],
  ])("writes %d as %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe("formatDuration", () => {
  it.each([
    [0.4, "0:00"],
    [59.6, "1:00"],
    [85, "1:25"],
    [3700, "1:01:40"],
  ])("writes %d s as %s", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe("titles", () => {
  it("makes the name of a metric from its id and unit", () => {
    expect(metricTitle({ id: "nmse", unit: "1", scale: "decibel" })).toBe("NMSE [dB]");
    expect(metricTitle({ id: "supportRecoveryRate", unit: "", scale: "linear" })).toBe(
      "Support recovery rate",
    );
    expect(metricTitle({ id: "localizationRmse", unit: "m", scale: "logarithmic" })).toBe(
      "Localization RMSE [m]",
    );
    expect(metricTitle({ id: "angleRmse.bs", unit: "1", scale: "logarithmic" })).toBe("Angle RMSE (bs)");
  });

  it("makes the title of an axis from a coordinate", () => {
    expect(axisTitle("snrDb")).toBe("SNR [dB]");
    expect(axisTitle("spacingWavelengths")).toBe("Spacing [wavelengths]");
    expect(axisTitle("irsPatterns")).toBe("Irs patterns");
    expect(axisTitle("noise.variance")).toBe("Noise (variance)");
  });

  it("names a grid point", () => {
    expect(formatPoint({ snrDb: -4, pilots: 8 })).toBe("snrDb = -4, pilots = 8");
    expect(formatPoint({})).toBe("defaults");
  });
});
