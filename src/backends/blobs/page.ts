import { MillwrightError } from '../../errors.ts';
import type { ListOptions } from './port.ts';

const maxLimit = 1000;

export function pageLimit(options: ListOptions): number {
  const limit = options.limit ?? maxLimit;
  if (Number.isInteger(limit) && limit >= 1 && limit <= maxLimit) return limit;
  throw new MillwrightError('INVALID_PARAMETER_VALUE', `a page of ${limit} files cannot be listed: ask for 1 to ${maxLimit}`);
}
