/** Residual ratios over all sizes and families, each below LAPACK's pass mark and below a tight alarm. */
import { describe, expect, it } from "vitest";
import { fields, sizes } from "./linalg-families.js";

export interface RatioCase {
  readonly name: string;
  readonly ratios: Readonly<Record<string, number>>;
}

/** Seeds for the random families of one size: the small ones are cheap, and their errors vary most. */
export function seedsFor(size: number): readonly number[] {
  return Array.from({ length: size <= 5 ? 20 : size <= 10 ? 5 : 1 }, (_, i) => 100 * size + i);
}

/** Square, tall and wide. */
export function shapesFor(size: number): readonly (readonly [number, number])[] {
  const third = Math.ceil(size / 3);
  return [
    [size, size],
    [size, third],
    [third, size],
  ];
}

/**
 * One test for every size, real and complex. The pass mark finds bugs; the alarm, at five times the largest ratio
 * that was measured when the test was written, finds regressions.
 *
 * @param measured - the largest value of each ratio at each of the sizes
 */
export function testRatios(
  title: string,
  passMark: number,
  measured: Readonly<Record<string, readonly number[]>>,
  cases: (size: number, real: boolean) => Iterable<RatioCase>,
): void {
  describe(`${title}: residual ratios`, () => {
    for (const { field, real } of fields) {
      sizes.forEach((size, s) => {
        it(`${field}, size ${size}`, () => {
          const worst: Record<string, number> = {};
          for (const { name, ratios } of cases(size, real)) {
            for (const [kind, ratio] of Object.entries(ratios)) {
              expect(ratio, `${kind} of ${name}`).toBeLessThan(passMark);
              worst[kind] = Math.max(worst[kind] ?? 0, ratio);
            }
          }
          for (const [kind, ratio] of Object.entries(worst)) {
            expect(ratio, `worst ${kind}`).toBeLessThanOrEqual(5 * measured[kind][s]);
          }
        });
      });
    }
  });
}
