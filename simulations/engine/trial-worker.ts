/** What runs in a worker thread: batches of trials of the one plan that the pool was made for. */
import Tinypool from "tinypool";
import type { FigureConfiguration, Registry } from "./contract.js";
import { useKernelsOf } from "./kernels.js";
import { pick } from "./names.js";
import { createPlan, type Plan } from "./plan.js";
import { runTrials, type TrialRecord } from "./trial.js";

/** Configurations and scenarios do not cross threads; a worker makes the same plan from the same figure. */
export interface WorkerData {
  readonly figure: FigureConfiguration;
  /** URL of a module that exports `registry`. */
  readonly registryModule: string;
}

export interface Batch {
  readonly from: number;
  readonly count: number;
}

let plan: Promise<Plan> | undefined;

async function makePlan(): Promise<Plan> {
  useKernelsOf(process.env);
  const { figure, registryModule } = Tinypool.workerData as WorkerData;
  const { registry } = (await import(registryModule)) as { registry: Registry };
  const [scenario] = pick("run", "scenario", registry.scenarios, [figure.scenario]);
  return createPlan(figure, scenario!);
}

export default async function runBatch({ from, count }: Batch): Promise<TrialRecord[]> {
  plan ??= makePlan();
  return runTrials(await plan, from, count);
}
