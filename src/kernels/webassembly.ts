/** The compiled kernels of `assembly`. */

/**
 * What the module `core` exports. Arguments that are arrays are byte addresses in the memory, 0 for imaginary parts that
 * are absent; the sources in `assembly` say what each function does.
 */
export interface CoreExports {
  gemm(
    m: number,
    n: number,
    k: number,
    alpha: number,
    ar: number,
    ai: number,
    aRow: number,
    aColumn: number,
    conjugateA: boolean,
    br: number,
    bi: number,
    bRow: number,
    bColumn: number,
    conjugateB: boolean,
    cr: number,
    ci: number,
    cRow: number,
    weights: number,
    lower: boolean,
  ): void;
  clear(re: number, im: number, count: number): void;
  multiplyVector: VectorProduct;
  multiplyVectorTransposed: VectorProduct;
  cholesky(re: number, im: number, n: number): number;
  solveLower: TriangularSolve;
  solveLowerAdjoint: TriangularSolve;
  solveUpper: TriangularSolve;
  inverseFromFactor(re: number, im: number, n: number): void;
  whitenedNorms(
    lr: number,
    li: number,
    n: number,
    ar: number,
    ai: number,
    columns: number,
    out: number,
    work: number,
  ): void;
}

type TriangularSolve = (tr: number, ti: number, n: number, br: number, bi: number, columns: number) => void;

type VectorProduct = (
  m: number,
  n: number,
  alpha: number,
  ar: number,
  ai: number,
  aRow: number,
  conjugate: boolean,
  xr: number,
  xi: number,
  yr: number,
  yi: number,
) => void;

/** The memory that all modules work in, large enough for the static data of all of them. */
export const staticBytes = 7 * 2 ** 20;

/** By their code, compiled when first needed. */
const compiled = new Map<string, WebAssembly.Module>();

/**
 * An instance of a module that works in `memory`. Compiling takes a few milliseconds, once.
 *
 * @throws what the engine throws where WebAssembly or its vectors are missing or forbidden
 */
export function instantiate(base64: string, memory: WebAssembly.Memory): unknown {
  let module = compiled.get(base64);
  if (module === undefined) {
    module = new WebAssembly.Module(bytesOf(base64));
    compiled.set(base64, module);
  }
  return new WebAssembly.Instance(module, { env: { memory } }).exports;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
