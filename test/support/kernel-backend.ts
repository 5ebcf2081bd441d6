/** Set up before every file of tests: the suite runs on the kernels that SPARSEWAVE_KERNELS names. */
import { useSuiteKernels } from "./kernels.js";

useSuiteKernels();
