/** The address `bytes` into the imaginary parts; where there are none (address 0), there are none. */
@inline
export function imaginaryAt(imaginary: usize, bytes: usize): usize {
  return imaginary != 0 ? imaginary + bytes : 0;
}
