/** `node growth-memory.js <index> <size>`: the peak of this process' resident memory, in bytes, after one run of a case. */
import { growthCases } from "./growth-cases.js";
import { peakResidentBytes } from "./resident-memory.js";

const [index, size] = process.argv.slice(2).map(Number);
const { problem, solve } = growthCases[index];
solve(problem(size));
process.stdout.write(String(peakResidentBytes()));
