/**
 * What comes of a comparison that failed. That says nothing of the model unless the model said so: the comparison is made again, ever
 * more rarely, and the version stays pending, which a gate does not let through. A store that fails is waited for without end; what
 * fails with the files in hand a few times is not compared, and says why.
 */
import { MillwrightError } from '../errors.ts';
import type { ParityOutcome } from '../registry/index.ts';
import { unchecked } from './parity.ts';

export interface ParityFailure {
  readonly error: unknown;
  /** Whether the files were read: what failed is the comparison. */
  readonly fetched: boolean;
  /** Of the whole check, where it ran out of time. */
  readonly limitMinutes: number | undefined;
}

/** Of one check before this one. */
export interface ParityTries {
  readonly tries: number;
  /** Those in which the files were read. */
  readonly comparisons: number;
}

/** It is to be made again. */
export interface PostponedParity {
  readonly message: string;
  readonly pauseMs: number;
}

const firstPauseMs = 5000;
const longestPauseMs = 3_600_000;
/** Each may install an environment, and take a quarter of an hour. */
const mostComparisons = 5;

export function afterFailure(failure: ParityFailure, { tries, comparisons }: ParityTries): ParityOutcome | PostponedParity {
  const why = failure.limitMinutes === undefined ? reasonOf(failure.error) : `it took longer than ${failure.limitMinutes} minutes`;
  if (isAboutTheModel(failure)) return unchecked(why);
  if (failure.fetched && comparisons + 1 >= mostComparisons) return unchecked(`${why} (tried ${comparisons + 1} times)`);
  const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** tries);
  const message =
    `ONNX is not compared with python_function yet: try ${tries + 1} failed, ` +
    `another follows after ${pauseMs / 1000} s or when a server starts (${why.slice(0, 4000)})`;
  return { message, pauseMs };
}

function isAboutTheModel({ error, limitMinutes }: ParityFailure): boolean {
  return (
    limitMinutes === undefined && error instanceof MillwrightError && error.code === 'MODEL_INVALID' && error.details?.['tryAgain'] !== true
  );
}

/** With the end of what the model, or the installer of its environment, said. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const log = error instanceof MillwrightError ? error.details?.['log'] : undefined;
  if (typeof log !== 'string' || log.trim() === '' || error.message.includes(log.trim())) return error.message;
  return `${error.message}\n${log.trim().slice(-2000)}`;
}
