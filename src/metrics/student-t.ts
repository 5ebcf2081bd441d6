/**
 * The half-width t of the central interval that holds a given share of Student's t distribution: P(|T| ≤ t) =
 * confidence. With infinitely many degrees of freedom it is that of the standard normal distribution.
 *
 * Newton's method on the distribution function, which is concave for t > 0: from the left it rises steadily to the
 * root, so it has arrived when it no longer rises. The confidence is met to a few 1e-15.
 *
 * @param confidence - above 0, below 1
 * @param degreesOfFreedom - at least 1, or infinite
 *
 * Source: M. Abramowitz, I. A. Stegun, "Handbook of Mathematical Functions", 1964, equations 26.5.4, 26.7.1.
 */
export function studentTHalfWidth(confidence: number, degreesOfFreedom: number): number {
  const peak = peakDensity(degreesOfFreedom);
  let t = 0;
  for (let iteration = 0; iteration < 200; iteration++) {
    const density = peak * relativeDensity(t, degreesOfFreedom);
    // P(|T| ≤ t) or P(|T| > t) over 2 t density: whichever series converges fast. All their terms are positive.
    const missing =
      t * t <= degreesOfFreedom
        ? confidence - 2 * t * density * centralSeries(t, degreesOfFreedom)
        : (2 * t * density * tailSeries(t, degreesOfFreedom)) / degreesOfFreedom - (1 - confidence);
    const next = t + missing / (2 * density);
    if (!(next > t)) break;
    t = next;
  }
  return t;
}

/** The density at 0, Γ((ν + 1)/2) / (√(πν) Γ(ν/2)). */
function peakDensity(degreesOfFreedom: number): number {
  // Γ(a + ½) / (Γ(a) √a) from its asymptotic series; where that is not yet exact, at a larger argument.
  let a = degreesOfFreedom / 2;
  let ratio = 1 / Math.sqrt(2 * Math.PI);
  for (; a < 20; a++) ratio *= Math.sqrt(1 + 1 / a) * (a / (a + 0.5));
  const s = 1 / (a * a);
  return (
    ratio * Math.exp((-1 / a) * (1 / 8 - s * (1 / 192 - s * (1 / 640 - s * (17 / 14336 - (s * 31) / 18432)))))
  );
}

/** The density at t over that at 0, (1 + t²/ν)^(−(ν + 1)/2). */
function relativeDensity(t: number, degreesOfFreedom: number): number {
  if (degreesOfFreedom === Number.POSITIVE_INFINITY) return Math.exp((-t * t) / 2);
  return Math.exp((-(degreesOfFreedom + 1) / 2) * Math.log1p((t * t) / degreesOfFreedom));
}

const maxTerms = 1000;
const negligible = 1e-17;

/** Σₖ Πⱼ₌₁..ₖ (2j − 1 + ν)/(2j + 1) · t²/(ν + t²) */
function centralSeries(t: number, degreesOfFreedom: number): number {
  const factor = (t * t) / (1 + (t * t) / degreesOfFreedom);
  let term = 1;
  let sum = 1;
  for (let k = 1; k < maxTerms && term > negligible * sum; k++) {
    term *= ((1 + (2 * k - 1) / degreesOfFreedom) / (2 * k + 1)) * factor;
    sum += term;
  }
  return sum;
}

/** Σₖ Πⱼ₌₁..ₖ (2j − 1 + ν)/(2j + ν) · ν/(ν + t²) */
function tailSeries(t: number, degreesOfFreedom: number): number {
  const factor = degreesOfFreedom / (degreesOfFreedom + t * t);
  let term = 1;
  let sum = 1;
  for (let k = 1; k < maxTerms && term > negligible * sum; k++) {
    term *= ((2 * k - 1 + degreesOfFreedom) / (2 * k + degreesOfFreedom)) * factor;
    sum += term;
  }
  return sum;
}
