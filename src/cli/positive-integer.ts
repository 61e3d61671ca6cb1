import { InvalidArgumentError } from 'commander';

/** For options that count something. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number, 1 or more.');
}

/** For options that the server bounds, where a folder is asked instead of it. */
export function positiveIntegerUpTo(most: number): (text: string) => number {
  return (text) => {
    const value = positiveInteger(text);
    if (value <= most) return value;
    throw new InvalidArgumentError(`It must be ${most} at most: go on where a page ends with --cursor.`);
  };
}
