export { fromDecibels, toDecibels } from "./decibels.js";
export { nmse } from "./nmse.js";
export { type Summary, summarize } from "./summary.js";
export { type SupportRecoveryOptions, supportRecovery } from "./support-recovery.js";
export { symbolErrorRate } from "./symbol-error-rate.js";
export { wilsonInterval } from "./wilson-interval.js";
