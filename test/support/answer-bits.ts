/**
 * Every bit of an answer as text, to be compared between engines. Left out is what is computed with elementary functions,
 * whose last digit is the engine's own: the evidence, and whatever follows from it.
 */
const leftOut = new Set(["logEvidence", "history"]);

export function answerBits(value: unknown): string {
  if (typeof value === "number") return hex(Float64Array.of(value));
  if (value instanceof Float64Array || value instanceof Int32Array) return hex(value);
  if (typeof value !== "object" || value === null) return String(value);
  const entries = Object.entries(value).filter(([name]) => !leftOut.has(name));
  return entries.map(([name, part]) => `${name}: ${answerBits(part)}\n`).join("");
}

function hex({ buffer, byteOffset, byteLength }: Float64Array | Int32Array): string {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
