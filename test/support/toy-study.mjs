// A study whose answers are known: the mean of normal samples. Plain JavaScript, so that worker threads can load it.

function toyConfiguration(input) {
  const configuration = {
    mean: 2,
    samples: 8,
    noise: { variance: 1, kind: "normal" },
    biased: false,
    weights: [1],
  };
  const known = [...Object.keys(configuration), "noise.variance"];
  for (const [key, value] of Object.entries(input)) {
    if (!known.includes(key))
      throw Object.assign(new Error(`toy: option ${key} is unknown`), { code: "option" });
    if (key === "noise") Object.assign(configuration.noise, value);
    else configuration[key] = value;
  }
  return configuration;
}

const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

export const toyScenario = {
  id: "toy",
  summary: "The mean of normal samples",
  parse: toyConfiguration,
  draw({ mean, samples, noise }, stream) {
    const noises = stream.child("noise").normals(samples, noise.variance);
    return { truth: mean, observation: Array.from(noises, (value) => mean + value) };
  },
  estimators: [
    {
      id: "average",
      summary: "the sample mean",
      estimate: (samples) => ({ status: "ok", estimate: average(samples) }),
    },
    {
      id: "first",
      summary: "the first sample",
      estimate: (samples) => ({ status: "ok", estimate: samples[0] }),
    },
    {
      id: "fragile",
      summary: "fails, diverges or breaks down on some samples",
      estimate(samples) {
        const first = samples[0] - 2;
        if (first > 1) throw new Error("the first sample is too large");
        if (first < -1) return { status: "ok", estimate: Number.NaN };
        return { status: first > 0.5 ? "breakdown" : "ok", estimate: samples[0] };
      },
    },
    {
      id: "truth",
      summary: "the true mean",
      oracle: true,
      estimate: (_samples, truth) => ({ status: "ok", estimate: truth + 0.01 }),
    },
  ],
  metrics: [
    {
      id: "nmse",
      unit: "1",
      summary: "NMSE of the mean",
      scale: "decibel",
      measure: (truth, estimate) => (estimate - truth) ** 2 / truth ** 2,
    },
    {
      id: "error",
      unit: "m",
      summary: "Error of the mean",
      scale: "linear",
      measure: (truth, estimate) => (estimate === truth + 0.01 ? undefined : estimate - truth),
    },
  ],
};

export const toyFigure = {
  id: "toy-figure",
  title: "Estimating a mean",
  scenario: "toy",
  configuration: { mean: 2 },
  grid: { "noise.variance": [0.5, 1, 2], samples: [4, 16] },
  estimators: ["average", "first", "fragile", "truth"],
  metrics: ["nmse", "error"],
  trials: 12,
  seed: 1,
};

/** Scenarios that fail on purpose, each in its own way. */
export const brokenScenarios = [
  {
    ...toyScenario,
    id: "undrawable",
    draw() {
      throw new Error("no channel today");
    },
  },
  {
    ...toyScenario,
    id: "exiting",
    draw() {
      process.exit(3);
    },
  },
];

export const registry = { scenarios: [toyScenario, ...brokenScenarios], figures: [toyFigure] };
