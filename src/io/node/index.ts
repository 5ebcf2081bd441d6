export { loadArray } from "./load-array.js";
export { writeFileAtomic } from "./write-file-atomic.js";
