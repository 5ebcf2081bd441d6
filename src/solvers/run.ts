/** Driving the iterator form of a solver: history, stopping by the caller, abort, freezing. */
import { describe, optionError } from "../errors.js";
import { booleanOption, type OptionRule, optional, withDefault } from "../options.js";
import type { IterationState, SolverOptions, SolverSteps, SparseResult } from "./contract.js";

const signalOption: OptionRule<AbortSignal> = {
  expected: "an AbortSignal",
  read: (value) =>
    typeof (value as AbortSignal | null)?.throwIfAborted === "function" ? (value as AbortSignal) : undefined,
};

const callbackOption: OptionRule<NonNullable<SolverOptions["onIteration"]>> = {
  expected: "a function",
  read: (value) =>
    typeof value === "function" ? (value as NonNullable<SolverOptions["onIteration"]>) : undefined,
};

/** The rules of the options that every solver takes, to be spread into its table. */
export const sharedOptionRules = {
  history: withDefault(booleanOption, false),
  signal: optional(signalOption),
  onIteration: optional(callbackOption),
} as const;

interface RunOptions {
  readonly history: boolean;
  readonly signal: AbortSignal | undefined;
  readonly onIteration: SolverOptions["onIteration"] | undefined;
}

/**
 * Runs a solver to its end.
 *
 * @throws the signal's reason if it is aborted, within one iteration; `option` if `onIteration` returns anything
 *   but "continue" or "stop"
 */
export function runSolver<Result extends SparseResult>(
  who: string,
  steps: SolverSteps<Result>,
  options: RunOptions,
): Result {
  const history: IterationState[] = [];
  const finish = (result: Result): Result =>
    Object.freeze(options.history ? { ...result, history: Object.freeze(history) } : { ...result });
  try {
    for (;;) {
      options.signal?.throwIfAborted();
      const step = steps.next();
      if (step.done) return finish(step.value);
      const { current, ...state } = step.value;
      if (options.history) history.push(Object.freeze({ ...state }));
      if (options.onIteration === undefined) continue;
      const verdict: unknown = options.onIteration(state);
      if (verdict === "stop") return finish({ ...current(), converged: false, reason: "stopped" });
      if (verdict !== "continue") {
        throw optionError(
          who,
          "onIteration",
          `a function that returned ${describe(verdict)}`,
          '"continue" or "stop"',
        );
      }
    }
  } finally {
    // However the run ended, its working memory is given back.
    steps.return(undefined as never);
  }
}
