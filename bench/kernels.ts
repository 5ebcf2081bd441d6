/**
 * The kernels as the solvers call them, one function each that prepares a call to be timed. Everything that depends on
 * where numbers are kept and how kernels are called is in this file.
 */
import { complexMatrix, complexVector } from "../src/complex/index.js";
import type { Planar } from "../src/complex/planar.js";
import { multiplyInto } from "../src/complex/products.js";
import { choleskyInPlace } from "../src/linalg/cholesky-kernel.js";
import { createHermitianEigenWorkspace, hermitianEigenInto } from "../src/linalg/hermitian-eigen.js";
import { inverseFromFactor } from "../src/linalg/hermitian-inverse-kernel.js";
import { createSvdWorkspace, svdInto } from "../src/linalg/svd.js";
import { fourierTransform } from "../src/operators/fourier-transform.js";
import { addWeightedSquare } from "../src/operators/hermitian.js";
import { denseOperator } from "../src/operators/index.js";
import { Scratch } from "../src/operators/scratch.js";
import { randomStream } from "../src/random/index.js";
import { sblSteps } from "../src/solvers/index.js";

/** Room for `size` numbers, zero: where the kernels' operands live. */
export type Allocate = (size: number, real: boolean) => Planar;

/** The call to be timed; everything that it can do beforehand is done. */
type Prepared = () => unknown;

export const prepareKernel = {
  "gemm-adjoint": ({ n }: { n: number }, allocate: Allocate): Prepared => {
    const [a, b] = [random(n * n, allocate), random(n * n, allocate)];
    const c = allocate(n * n, false);
    return () => multiplyInto(c, "adjoint", a, "plain", b, n, n, n);
  },

  /** On and below the diagonal, which is all that the solvers read. */
  "weighted-rank-k": ({ n }: { n: number }, allocate: Allocate): Prepared => {
    const k = 2 * n;
    const a = random(n * k, allocate);
    const weights = allocate(k, true);
    weights.re.set(uniforms(k));
    const c = allocate(n * n, false);
    const scratch = new Scratch();
    return () => {
      const { re, im } = c;
      re.fill(0);
      im?.fill(0);
      addWeightedSquare(c, a, n, k, weights, 0, scratch);
      for (let i = 0; i < n; i++) re[i * (n + 1)] += 0.1;
    };
  },

  cholesky: ({ n }: { n: number }, allocate: Allocate): Prepared => {
    const [a, factor] = [positiveDefinite(n, allocate), allocate(n * n, false)];
    return () => {
      copyInto(factor, a);
      requireSuccess(choleskyInPlace(factor, n) < 0);
    };
  },

  "hpd-inverse": ({ n }: { n: number }, allocate: Allocate): Prepared => {
    const [a, inverse] = [positiveDefinite(n, allocate), allocate(n * n, false)];
    return () => {
      copyInto(inverse, a);
      requireSuccess(choleskyInPlace(inverse, n) < 0);
      inverseFromFactor(inverse, n, inverse);
    };
  },

  eigh: ({ n }: { n: number }, allocate: Allocate): Prepared => {
    const a = hermitian(n, allocate);
    const [values, vectors] = [new Float64Array(n), allocate(n * n, false)];
    const workspace = createHermitianEigenWorkspace(n, false);
    return () => requireSuccess(hermitianEigenInto(a, n, values, vectors, workspace));
  },

  svd: ({ n }: { n: number }, allocate: Allocate): Prepared => {
    const a = random(n * n, allocate);
    const [u, s, v] = [allocate(n * n, false), allocate(n, true), allocate(n * n, false)];
    const workspace = createSvdWorkspace(n, n, false);
    return () => requireSuccess(svdInto(a, n, n, u, s, v, workspace));
  },

  gemv: ({ n }: { n: number }, allocate: Allocate): Prepared => {
    const [a, x, y] = [random(n * n, allocate), random(n, allocate), allocate(n, false)];
    return () => multiplyInto(y, "plain", a, "plain", x, n, 1, n);
  },

  "gemv-adjoint": ({ n }: { n: number }, allocate: Allocate): Prepared => {
    const [a, y, x] = [random(n * n, allocate), random(n, allocate), allocate(n, false)];
    return () => multiplyInto(x, "adjoint", a, "plain", y, n, 1, n);
  },

  fft: ({ n, batch }: { n: number; batch: number }, allocate: Allocate): Prepared => {
    const size = 2 * n * batch;
    const [x, transforms] = [allocate(size, true), allocate(size, true)];
    x.re.set(stream.normals(size));
    const transform = fourierTransform(n);
    return () => transform.transform(x, transforms, batch);
  },

  /** One step of the solver on a random dictionary with one atom in eight rows active, 20 dB. */
  "sbl-iteration": ({ rows, columns }: { rows: number; columns: number }): Prepared => {
    const operator = randomOperator(rows, columns);
    const x = complexVector(columns);
    const support = stream.child("support", rows).sample(columns, rows / 8);
    for (const atom of support) x.data.set(stream.child("gain", atom).normals(2, 0.5), 2 * atom);
    const y = operator.apply(x);
    const variance = (0.01 * support.length * operator.columnNorms()[0]) / rows;
    stream.normals(2 * rows, variance / 2).forEach((w, i) => {
      y.data[i] += w;
    });
    const steps = sblSteps(operator, y, {
      noise: { kind: "known", variance },
      update: "em",
      pruneRatio: 0,
      tolerance: 0,
      maxIterations: Number.MAX_SAFE_INTEGER,
    });
    return () => requireSuccess(steps.next().done === false);
  },
} as const;

export type KernelName = keyof typeof prepareKernel;

const stream = randomStream("bench");

function random(size: number, allocate: Allocate): Planar {
  const numbers = allocate(size, false);
  numbers.re.set(stream.normals(size, 0.5));
  numbers.im?.set(stream.normals(size, 0.5));
  return numbers;
}

function randomOperator(rows: number, columns: number) {
  return denseOperator(complexMatrix(rows, columns, stream.complexNormals(rows * columns).data));
}

function uniforms(size: number): Float64Array {
  return Float64Array.from({ length: size }, () => stream.uniform());
}

/** (B + Bᴴ)/2 for a random B. */
function hermitian(n: number, allocate: Allocate): Planar {
  const a = allocate(n * n, false);
  const { re, im } = random(n * n, allocate);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      a.re[i * n + j] = (re[i * n + j] + re[j * n + i]) / 2;
      if (im !== undefined) a.im![i * n + j] = (im[i * n + j] - im[j * n + i]) / 2;
    }
  }
  return a;
}

/** B Bᴴ + n I for a random B. */
function positiveDefinite(n: number, allocate: Allocate): Planar {
  const b = random(n * n, allocate);
  const a = allocate(n * n, false);
  multiplyInto(a, "plain", b, "adjoint", b, n, n, n);
  for (let i = 0; i < n; i++) a.re[i * (n + 1)] += n;
  return a;
}

function copyInto(to: Planar, from: Planar): void {
  to.re.set(from.re);
  if (from.im !== undefined) to.im?.set(from.im);
}

/** The time of a call that failed would mean nothing. */
function requireSuccess(success: boolean): void {
  if (!success) throw new Error("bench: a kernel failed on the data of the benchmark");
}
