export type { RandomStream } from "./stream.js";
