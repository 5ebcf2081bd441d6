/**
 * How the estimators look: colours that the colour-blind can tell apart (M. Okabe and K. Ito, "Color universal
 * design", 2008; yellow last, for it is faint on white), and a marker each, so that no one depends on colour alone.
 */

export interface SeriesStyle {
  /** Colour on a light and on a dark page. */
  readonly color: { readonly light: string; readonly dark: string };
  /** A marker by plotly's name. */
  readonly marker: string;
  readonly dash: "solid" | "dash" | "dashdot" | "dot";
}

const colors: readonly SeriesStyle["color"][] = [
  { light: "#0072b2", dark: "#4aa8de" },
  { light: "#d55e00", dark: "#ee7733" },
  { light: "#009e73", dark: "#22bb93" },
  { light: "#cc79a7", dark: "#d98fb8" },
  { light: "#e69f00", dark: "#e69f00" },
  { light: "#56b4e9", dark: "#8fd0f5" },
  { light: "#b3a400", dark: "#f0e442" },
];
const markers = [
  "circle",
  "square",
  "diamond",
  "triangle-up",
  "triangle-down",
  "cross",
  "x",
  "star",
  "hexagon",
];
/** Bounds and oracles: black or grey, dashed. */
const oracleColors: readonly SeriesStyle["color"][] = [
  { light: "#1a1a1a", dark: "#f2f2f2" },
  { light: "#777777", dark: "#a0a0a0" },
];
const oracleDashes = ["dash", "dash", "dot", "dot", "dashdot", "dashdot"] as const;

/** One style per estimator, the same in every plot of a report. */
export function seriesStyles(oracles: readonly boolean[]): SeriesStyle[] {
  let estimators = 0;
  let bounds = 0;
  return oracles.map((oracle, index) => {
    const marker = markers[index % markers.length];
    if (!oracle) {
      const number = estimators++;
      // A colour that comes again is broken.
      const dash = number < colors.length ? "solid" : "dashdot";
      return { color: colors[number % colors.length], marker, dash };
    }
    const number = bounds++;
    return {
      color: oracleColors[number % oracleColors.length],
      marker: `${marker}-open`,
      dash: oracleDashes[number % oracleDashes.length],
    };
  });
}
