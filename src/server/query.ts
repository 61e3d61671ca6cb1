import { MillwrightError } from '../errors.ts';
import { nearestName } from '../lib/nearest-name.ts';

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

/** A misspelt parameter would ask for something else in silence. @throws INVALID_PARAMETER_VALUE naming it and the nearest one */
export function refuseUnknownQuery(query: URLSearchParams, known: readonly string[]): void {
  for (const name of query.keys()) {
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    const there = known.length === 0 ? 'this route takes none' : `there are ${known.join(', ')}`;
    const remedy = nearest === undefined ? there : `did you mean '${nearest}'?`;
    throw new MillwrightError('INVALID_PARAMETER_VALUE', `there is no query parameter '${name.slice(0, 64)}': ${remedy}`);
  }
}

/** A parameter that must be there. @throws INVALID_PARAMETER_VALUE */
export function requiredQuery(query: URLSearchParams, name: string): string {
  const text = query.get(name);
  if (text !== null && text !== '') return text;
  throw new MillwrightError('INVALID_PARAMETER_VALUE', `the query parameter '${name}' is missing`);
}
