/**
 * `node solver-memory.js <index>`: how far one run of a case raises the peak of this process' resident memory, in
 * bytes. The problem is in memory before, and the solver's code is loaded by a small problem; so what is measured is
 * what the run allocates and touches, garbage that is not yet collected included. It varies by a megabyte or two.
 */
import { forgetPeak, peakResidentBytes } from "./resident-memory.js";
import { solverCases } from "./solver-cases.js";

const { problem: draw, smallProblem, solve } = solverCases[Number(process.argv[2])];
solve(smallProblem());
const problem = draw();
forgetPeak();
const before = peakResidentBytes();
solve(problem);
process.stdout.write(String(peakResidentBytes() - before));
