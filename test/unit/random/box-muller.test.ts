import { describe, expect, it } from "vitest";
import { boxMuller } from "../../../src/random/box-muller.js";

// [u, v, √(−2 ln u) cos 2πv, √(−2 ln u) sin 2πv], by mpmath with 60 digits, u and v being the doubles written here:
// r = sqrt(-2*log(mpf(u))); r*cos(2*pi*mpf(v)), r*sin(2*pi*mpf(v))
const references: readonly (readonly [number, number, number, number])[] = [
  [2 ** -53, 0, 8.571674348652905, 0],
  [2 ** -53, 0.3, -2.6487930439815552, 8.15214674484636],
  [1e-10, 0.125, 4.798525912188081, 4.798525912188081],
  [0.1, 0.2499999999999999, 1.4969694601782755e-15, 2.145966026289347],
  [0.1, 0.25, 0, 2.145966026289347],
  [0.5, 0.3125, -0.45057530871727947, 1.0877850211757003],
  [0.7071067811865475, 0.5, -0.8325546111576979, 0],
  [Math.SQRT1_2, 0.625, -0.5887050112577373, -0.5887050112577373],
  [0.9, 0.7, -0.14185227511230517, -0.4365764118239961],
  [0.9, 0.75, 0, -0.4590436050264207],
  [1 - 2 ** -53, 0.875, 1.0536712127723509e-8, -1.0536712127723509e-8],
  [0.999, 0.9, 0.03618938987519202, -0.026293130806893616],
  [0.3, 1 - 2 ** -53, 1.5517556536555206, -1.0824639321983768e-15],
  [1, 0.4, 0, 0],
];

describe("boxMuller", () => {
  it.each(references)("agrees with high precision at u = %d, v = %d", (u, v, first, second) => {
    const out = new Float64Array(2);
    boxMuller(u, v, out);
    // A few roundings in the series, the root and the product: relative error, also near a zero of sine and cosine.
    const tolerance = 8 * Number.EPSILON;
    expect(Math.abs(out[0] - first)).toBeLessThanOrEqual(tolerance * Math.abs(first));
    expect(Math.abs(out[1] - second)).toBeLessThanOrEqual(tolerance * Math.abs(second));
  });
});
