/** Fourier transforms. */
export { fft, fftInnerRoots, fftInterleaved, fftRoots, fftTable, fftTableSize, fftWork } from "./fft";

/** Where the static data end. */
export function heapBase(): usize {
  return __heap_base;
}
