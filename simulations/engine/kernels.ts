/** Which kernels the library computes with in this program: those that the environment asks for. */
import { describe, SparseError } from "../../src/errors.js";
import { type KernelSettings, useKernels } from "../../src/kernels/index.js";

type Choice = NonNullable<KernelSettings["backend"]>;

const variable = "SPARSEWAVE_KERNELS";
const choices: readonly Choice[] = ["automatic", "webassembly", "typescript"];
const expected = "automatic, webassembly or typescript";

/** The variables that are read here. */
export type KernelEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * Uses the kernels that the variable SPARSEWAVE_KERNELS names; without it nothing changes.
 *
 * @throws `option` if it names none; `unsupported` if it asks for WebAssembly and the engine has or allows none
 */
export function useKernelsOf(environment: KernelEnvironment): void {
  const value = environment[variable];
  if (value === undefined || value === "") return;
  const backend = choices.find((choice) => choice === value);
  if (backend === undefined) {
    const received = describe(value);
    const message = `sparsewave: environment variable ${variable} is ${received}; expected ${expected}`;
    throw new SparseError("option", message, { parameter: variable, expected, received });
  }
  useKernels({ backend });
}
