import { InvalidArgumentError } from 'commander';

/** For options that count something. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number, 1 or more.');
}
