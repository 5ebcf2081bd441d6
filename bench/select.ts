import { type Benchmark, groups } from "./row.js";

/**
 * The benchmarks of the groups and names in a comma-separated list, in their own order; all without a list.
 *
 * @throws if the list has a name that is neither, with all that there are
 */
export function select(benchmarks: readonly Benchmark[], only: string | undefined): readonly Benchmark[] {
  if (only === undefined) return benchmarks;
  const wanted = only.split(",").map((word) => word.trim());
  const names = [...new Set(benchmarks.map(({ name }) => name))];
  for (const word of wanted) {
    if (names.includes(word) || groups.some((group) => group === word)) continue;
    throw new Error(
      `nothing is called ${JSON.stringify(word)}; there are the groups ${groups.join(", ")} ` +
        `and the names ${names.join(", ")}`,
    );
  }
  return benchmarks.filter(({ group, name }) => wanted.includes(group) || wanted.includes(name));
}
