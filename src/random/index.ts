export { randomStream } from "./random-stream.js";
export type { RandomStream } from "./stream.js";
export { streamVersion } from "./stream-key.js";
