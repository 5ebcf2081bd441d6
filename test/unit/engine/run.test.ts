import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createPlan } from "../../../simulations/engine/plan.js";
import { trialLines } from "../../../simulations/engine/records.js";
import { runPlan } from "../../../simulations/engine/run.js";
import { runTrials } from "../../../simulations/engine/trial.js";
import { inProcessRunner, type TrialRunner } from "../../../simulations/engine/workers.js";
import { randomStream } from "../../../src/random/index.js";
import { thrownBy } from "../../support/thrown.js";
import { toyFigure, toyScenario } from "../../support/toy-study.mjs";

const plan = createPlan({ ...toyFigure, trials: 40 }, toyScenario);

/** Workers that finish in a random order, and count how many batches are under way. */
function shufflingRunner(lanes: number, seed: number): TrialRunner & { largest(): number } {
  const stream = randomStream(seed, "delays");
  let running = 0;
  let largest = 0;
  return {
    lanes,
    largest: () => largest,
    run: async ({ from, count }) => {
      largest = Math.max(largest, ++running);
      await setTimeout(stream.integer(4));
      running--;
      return runTrials(plan, from, count);
    },
    close: async () => {},
  };
}

async function logAndPoints(runner: TrialRunner) {
  let log = "";
  const outcome = await runPlan(plan, runner, {
    onRecords: (records) => {
      log += records.map((record) => trialLines(plan, record)).join("");
    },
  });
  return { log, points: JSON.stringify(outcome.points), outcome };
}

describe("runPlan", () => {
  it("gives the same log and the same numbers in any order of arrival", async () => {
    const reference = await logAndPoints(inProcessRunner(plan));
    expect(reference.log.split("\n")).toHaveLength(6 * 40 * 4 + 1);
    expect(reference.outcome.complete).toBe(true);
    for (const lanes of [1, 2, 3, 8]) {
      const runner = shufflingRunner(lanes, lanes);
      const { log, points } = await logAndPoints(runner);
      expect(log).toBe(reference.log);
      expect(points).toBe(reference.points);
      expect(runner.largest()).toBe(lanes);
    }
  });

  it("reduces every point of the grid", async () => {
    const { outcome } = await logAndPoints(inProcessRunner(plan));
    expect(outcome.points.map(({ at }) => at)).toEqual(plan.points.map(({ at }) => at));
    expect(outcome.points.every((point) => point.estimators.every(({ trials }) => trials === 40))).toBe(true);
  });

  it("times every run of every estimator that did not fail with an error", async () => {
    for (const runner of [inProcessRunner(plan), shufflingRunner(3, 1)]) {
      const { outcome } = await logAndPoints(runner);
      expect(outcome.times.map(({ at }) => at)).toEqual(plan.points.map(({ at }) => at));
      outcome.points.forEach(({ estimators }, p) => {
        const counts = outcome.times[p].estimators.map(({ id, trials }) => [id, trials]);
        expect(counts).toEqual(
          estimators.map(({ id, trials, statuses }) => [id, trials - (statuses.error ?? 0)]),
        );
      });
      const failed = outcome.points.reduce(
        (sum, point) => sum + (point.estimators[2].statuses.error ?? 0),
        0,
      );
      expect(failed).toBeGreaterThan(0);
      expect(outcome.runSeconds.map(({ length }) => length)).toEqual([240, 240, 240 - failed, 240]);
      expect(outcome.runSeconds.flat().every((seconds) => seconds >= 0)).toBe(true);
    }
  });

  it("keeps the first message of an estimator that fails", async () => {
    const { outcome } = await logAndPoints(inProcessRunner(plan));
    expect([...outcome.firstErrors]).toEqual([["fragile", "Error: the first sample is too large"]]);
  });

  it("stops at a signal, and passes on everything that was under way", async () => {
    for (const lanes of [1, 3]) {
      const abort = new AbortController();
      const seen: number[] = [];
      const outcome = await runPlan(plan, shufflingRunner(lanes, 5), {
        signal: abort.signal,
        onRecords: (records) => {
          seen.push(...records.map(({ point, trial }) => 40 * point + trial));
          if (seen.length >= 30) abort.abort();
        },
      });
      expect(outcome.complete).toBe(false);
      expect(outcome.trials).toBe(seen.length);
      expect(seen).toEqual(seen.map((_, index) => index));
    }
  });

  it("does nothing if it is stopped before it starts", async () => {
    const outcome = await runPlan(plan, inProcessRunner(plan), { signal: AbortSignal.abort() });
    expect(outcome).toMatchObject({ trials: 0, complete: false, points: [], times: [] });
  });

  it("throws once what a runner throws, after the others have ended", async () => {
    let ended = 0;
    const failing: TrialRunner = {
      lanes: 3,
      run: async ({ from, count }) => {
        await setTimeout(from === 0 ? 1 : 10);
        ended++;
        if (from === 0) throw new Error("worker lost");
        return runTrials(plan, from, count);
      },
      close: async () => {},
    };
    expect((await thrownBy(() => runPlan(plan, failing))).message).toBe("worker lost");
    expect(ended).toBe(3);
  });
});
