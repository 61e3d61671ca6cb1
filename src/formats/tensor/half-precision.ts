/** IEEE 754 half precision, whose bits FP16 tensors hold: 1 bit of sign, 5 of exponent, 10 of fraction. */
const number = new Float16Array(1);
const bits = new Uint16Array(number.buffer);

export function halfToNumber(half: number): number {
  bits[0] = half;
  return number[0]!;
}

/** The bits of the nearest half-precision number, of the even one where two are as near; beyond ±65,504 those of ±Infinity. */
export function numberToHalf(value: number): number {
  number[0] = value;
  return bits[0]!;
}

/** From here on, on either side of zero, the nearest half-precision number is an infinity. */
export const halfOverflow = 65_520;
