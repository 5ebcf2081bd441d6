/** The command line: which commands there are, and what an error turns into. */
import { Command, CommanderError } from "commander";
import { isSparseError } from "../../src/errors.js";
import { nodeFiles } from "../engine/file-system.js";
import { type KernelEnvironment, useKernelsOf } from "../engine/kernels.js";
import { version } from "../engine/version.js";
import { compiledModule } from "../engine/workers.js";
import { infoCommand } from "./info.js";
import { listCommand } from "./list.js";
import { reportCommand } from "./report.js";
import { type CommandContext, type RunFlags, runCommand } from "./run.js";
import type { SolveFlags } from "./solve.js";

/** Without a registry, that of the package; without an environment, the kernels that are in use. */
export type MainOptions = Pick<CommandContext, "streams"> &
  Partial<CommandContext> & { readonly environment?: KernelEnvironment };

/**
 * Runs one command.
 *
 * @param words - the command line without `node` and the script
 * @returns the exit status: 0 done, 1 a run ended with failures it reports, 2 the caller's mistake, 130 interrupted
 */
export async function main(words: readonly string[], options: MainOptions): Promise<number> {
  const { streams } = options;
  const context: CommandContext = {
    // Loaded when needed: the scenarios bring most of the library with them.
    loadRegistry: async () => (await import("../registry.js")).registry,
    registryModule: compiledModule(new URL("../registry.js", import.meta.url)),
    files: nodeFiles,
    catchInterrupts: () => new AbortController().signal,
    ...options,
  };
  let status = 0;
  const program = buildProgram(context, (value) => {
    status = value;
  });
  try {
    useKernelsOf(options.environment ?? {});
    await program.parseAsync(words.length === 0 ? ["--help"] : words, { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      streams.stderr.write(`sparsewave: ${oneSentence(error.message)}\n`);
      return 2;
    }
    streams.stderr.write(`${(error as Error).message}\n`);
    return isSparseError(error) ? 2 : 1;
  }
}

function buildProgram(context: CommandContext, finish: (status: number) => void): Command {
  const { streams } = context;
  const collect = (value: string, earlier: string[] = []): string[] => [...earlier, value];
  const program = new Command("sparsewave")
    .description("Sparse Bayesian recovery and wireless channel estimation: run studies, solve problems.")
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      // Errors are written once, by `main`.
      writeErr: () => {},
    });

  program
    .command("list")
    .description("list figures, scenarios and solvers")
    .option("--json", "print one JSON object, with the estimators and metrics of each scenario")
    .action(async (flags: { json?: boolean }) => {
      finish(listCommand(flags.json === true, await context.loadRegistry(), streams));
    });

  program
    .command("info")
    .description("show the version, the kernels in use, the memory limit and the processors")
    .option("--json", "print one JSON object")
    .action((flags: { json?: boolean }) => finish(infoCommand(flags.json === true, streams)));

  program
    .command("run")
    .description("run a figure, a scenario with its defaults, or a figure file")
    .argument("<figure>", "id of a figure or scenario, or path of a figure file (.json)")
    .option("--trials <number>", "trials per grid point")
    .option("--seed <number>", "seed of all random draws")
    .option("--workers <number>", "worker threads (default: one per processor)")
    .option("--estimators <ids>", "estimators to run, separated by commas")
    .option("--set <key=value>", "set a field of the configuration: a value, 4,8,12 or 0:5:30", collect)
    .option("--out <folder>", "folder for the results (default: results/<figure>, -2, -3, …)")
    .option("--force", "replace the results that the folder holds")
    .option("--json", "print the content of result.json and nothing else on standard output")
    .option("--quiet", "show no progress")
    .action(async (figure: string, flags: RunFlags) => finish(await runCommand(figure, flags, context)));

  program
    .command("report")
    .description("rebuild the report of a finished run")
    .argument("<folder>", "folder of the results")
    .action(async (folder: string) => finish(await reportCommand(folder, streams, context.files)));

  program
    .command("solve")
    .description("solve one sparse recovery problem from files")
    .argument("<solver>", "name of a solver, see list")
    .option(
      "--dictionary <file>",
      "dictionary: .npy, .npz or .mat, as file.mat:name; several are Kronecker factors",
      collect,
    )
    .requiredOption("--measurement <file>", "measurement, likewise")
    .option("--noise-variance <number>", "variance of the noise, if it is known")
    .option("--learn-noise", "learn the variance of the noise")
    .option("--set <key=value>", "set an option of the solver", collect)
    .option("--out <file>", "write the result: .json, .npy or .mat")
    .option("--json", "print one JSON object and nothing else on standard output")
    .action(async (solver: string, flags: Partial<SolveFlags> & { measurement: string }) => {
      const { solveCommand } = await import("./solve.js");
      const { dictionary = [], set = [] } = flags;
      await solveCommand(
        solver,
        { ...flags, dictionary, set },
        {
          out: (text) => streams.stdout.write(text),
          err: (text) => streams.stderr.write(text),
        },
        context.files,
      );
    });

  return program;
}

/** Commander's messages begin with "error: " and may put a suggestion on a line of its own. */
function oneSentence(message: string): string {
  return message.replace(/^error: /, "").replace(/\s*\n\s*/g, " ");
}
