import { MillwrightError } from '../errors.ts';

/** A whole number from the query string. @throws INVALID_PARAMETER_VALUE naming the parameter and its range */
export function integerQuery(query: URLSearchParams, name: string, range: { default: number; min: number; max: number }): number {
  const text = query.get(name);
  if (text === null || text === '') return range.default;
  const value = Number(text);
  if (Number.isInteger(value) && value >= range.min && value <= range.max) return value;
  throw new MillwrightError(
    'INVALID_PARAMETER_VALUE',
    `'${name}' is '${text}': it must be a whole number from ${range.min} to ${range.max}`,
  );
}

/** A parameter that must be there. @throws INVALID_PARAMETER_VALUE */
export function requiredQuery(query: URLSearchParams, name: string): string {
  const text = query.get(name);
  if (text !== null && text !== '') return text;
  throw new MillwrightError('INVALID_PARAMETER_VALUE', `the query parameter '${name}' is missing`);
}
