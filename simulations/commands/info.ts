import { availableParallelism } from "node:os";
import { kernelInfo } from "../../src/kernels/index.js";
import { version } from "../engine/version.js";
import type { Streams } from "./streams.js";

/** `sparsewave info`: what a run of this program would compute with. */
export function infoCommand(json: boolean, { stdout }: Streams): number {
  const { backend, reason, memoryLimit } = kernelInfo();
  const processors = availableParallelism();
  const node = process.version;
  if (json) {
    const info = { version, node, kernels: { backend, reason }, memoryLimit, processors };
    stdout.write(`${JSON.stringify(info, undefined, 2)}\n`);
    return 0;
  }
  const lines = [
    ["sparsewave", version],
    ["Node", node],
    ["kernels", reason === undefined ? backend : `${backend} (${reason})`],
    ["working memory", `at most ${memoryLimit / 2 ** 20} MiB`],
    ["processors", String(processors)],
  ] as const;
  stdout.write(lines.map(([name, value]) => `${name.padEnd(14)}  ${value}\n`).join(""));
  return 0;
}
