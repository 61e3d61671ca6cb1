import { errnoOf, MillwrightError, type ErrorCode } from '../../errors.ts';

/** An error as plain data, to cross a thread: structured clone drops classes and codes. */
export interface ErrorRecord {
  readonly code: ErrorCode | undefined;
  readonly message: string;
  readonly stack: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;
}

export function toRecord(error: unknown): ErrorRecord {
  if (error instanceof MillwrightError) return { code: error.code, message: error.message, stack: error.stack, details: error.details };
  if (isFullDisk(error)) {
    return { code: 'DISK_FULL', message: 'the disk of the database is full: free some space', stack: undefined, details: undefined };
  }
  if (isBeyondInt64(error)) {
    return {
      code: 'INVALID_PARAMETER_VALUE',
      message: 'a value cannot be stored: the integer is beyond 64 bits',
      stack: undefined,
      details: undefined,
    };
  }
  if (error instanceof Error) return { code: undefined, message: error.message, stack: error.stack, details: undefined };
  return { code: undefined, message: String(error), stack: undefined, details: undefined };
}

export function fromRecord(record: ErrorRecord): Error {
  if (record.code !== undefined) {
    return new MillwrightError(record.code, record.message, record.details === undefined ? {} : { details: record.details });
  }
  const error = new Error(record.message);
  if (record.stack !== undefined) error.stack = record.stack;
  return error;
}

/** SQLITE_FULL is 13. */
function isFullDisk(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 13;
}

/** What `node:sqlite` says of a bigint that it cannot bind. */
function isBeyondInt64(error: unknown): boolean {
  return error instanceof Error && errnoOf(error) === 'ERR_INVALID_ARG_VALUE' && error.message.includes('BigInt');
}
