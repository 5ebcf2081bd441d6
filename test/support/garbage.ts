/** Waiting for the garbage collector. */
import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
export const collectGarbage = runInNewContext("gc") as () => void;

/** Collects garbage and lets finalizers run until the condition holds; gives up after a few seconds. */
export async function collectedUntil(condition: () => boolean): Promise<boolean> {
  for (let round = 0; round < 100 && !condition(); round++) {
    collectGarbage();
    await setTimeout(round < 10 ? 0 : 50);
  }
  return condition();
}
