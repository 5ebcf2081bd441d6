import { describe, expect, it } from "vitest";
import {
  axisTitle,
  formatDuration,
  formatNumber,
  formatPoint,
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
      "Localization rmse [m]",
    );
  });

  it("makes the title of an axis from a coordinate", () => {
    expect(axisTitle("snrDb")).toBe("SNR [dB]");
    expect(axisTitle("spacingWavelengths")).toBe("Spacing [wavelengths]");
    expect(axisTitle("irsPatterns")).toBe("Irs patterns");
    expect(axisTitle("noise.variance")).toBe("Noise.variance");
  });

  it("names a grid point", () => {
    expect(formatPoint({ snrDb: -4, pilots: 8 })).toBe("snrDb = -4, pilots = 8");
    expect(formatPoint({})).toBe("defaults");
  });
});
