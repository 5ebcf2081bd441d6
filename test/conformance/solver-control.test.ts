/** How the caller follows, stops and aborts a solver. */
import { describe, expect, it } from "vitest";
import type { IterationState } from "../../src/solvers/contract.js";
import { errorOf } from "../support/file-bytes.js";
import { problemFamilies } from "../support/problem-families.js";
import { run } from "./solver-answers.js";
import { solvers } from "./solver-table.js";

const problem = problemFamilies.find(({ name }) => name === "wide")!.draw("complex", 1, 30);

for (const solver of solvers.filter(({ iterates }) => iterates)) {
  describe(solver.name, () => {
    const solve = (extra: object) => run(solver, problem, extra);
    const single = { maxIterations: 1, ...(solver.searches ? { restarts: 0 } : {}) };

    it("ends when the callback says so", () => {
      const seen: IterationState[] = [];
      const onIteration = (state: IterationState) => {
        seen.push(state);
        return "stop";
      };
      const result = solve({ onIteration, history: true });
      expect(result).toMatchObject({ reason: "stopped", converged: false, iterations: 1 });
      expect(seen).toEqual(result.history);
      expect(seen[0]).toMatchObject({ iteration: 1 });
      expect(result.mean).toEqual(solve(single).mean);
    });

    it("goes on when the callback says so, and shows it every iteration", () => {
      let calls = 0;
      const onIteration = () => {
        calls++;
        return "continue";
      };
      const result = solve({ onIteration });
      expect(result).toEqual(solve({}));
      expect(calls).toBe(result.iterations);
    });

    it("lets the callback's own errors through and refuses other answers", () => {
      const failure = new Error("mine");
      const throwing = () => {
        throw failure;
      };
      expect(() => solve({ onIteration: throwing })).toThrow(failure);
      for (const verdict of [undefined, true, "halt"]) {
        expect(errorOf(() => solve({ onIteration: () => verdict }))).toMatchObject({
          code: "option",
          parameter: "onIteration",
        });
      }
    });

    it("aborts within one iteration, with the signal's reason", () => {
      const controller = new AbortController();
      let calls = 0;
      const onIteration = () => {
        calls++;
        controller.abort();
        return "continue";
      };
      expect(() => solve({ onIteration, signal: controller.signal })).toThrow(
        expect.objectContaining({ name: "AbortError" }),
      );
      expect(calls).toBe(1);
      const reason = new Error("too late");
      expect(() => solve({ signal: AbortSignal.abort(reason) })).toThrow(reason);
    });

    it("ends after one iteration if it may have no more", () => {
      expect(solve(single)).toMatchObject({
        reason: "max-iterations",
        converged: false,
        iterations: 1,
      });
    });
  });
}
