import { expect, test } from 'vitest';
import { MillwrightError } from '../errors.ts';
import { afterFailure, type ParityFailure } from './parity-failure.ts';

const unreachable = new MillwrightError('TEMPORARILY_UNAVAILABLE', 's3://artifacts failed');
const invalid = (details?: Record<string, unknown>) =>
  new MillwrightError('MODEL_INVALID', 'twin/1: it cannot be loaded', details === undefined ? {} : { details });
const ofFiles = (error: unknown): ParityFailure => ({ error, fetched: false, limitMinutes: undefined });
const ofComparison = (error: unknown): ParityFailure => ({ error, fetched: true, limitMinutes: undefined });

test('a store that fails is asked again ever more rarely, at last hourly, without end', () => {
  expect(afterFailure(ofFiles(unreachable), { tries: 0, comparisons: 0 })).toEqual({
    message:
      'ONNX is not compared with python_function yet: try 1 failed, another follows after 5 s or when a server starts (s3://artifacts failed)',
    pauseMs: 5000,
  });
  expect(afterFailure(ofFiles(unreachable), { tries: 3, comparisons: 0 })).toMatchObject({ pauseMs: 40_000 });
  expect(afterFailure(ofFiles(unreachable), { tries: 5000, comparisons: 4 })).toMatchObject({ pauseMs: 3_600_000 });
});

test('what the model itself said ends the check, with the reason', () => {
  for (const failure of [ofFiles(invalid()), ofComparison(invalid()), ofComparison(invalid({ tryAgain: false }))])
    expect(afterFailure(failure, { tries: 0, comparisons: 0 })).toMatchObject({
      state: 'unchecked',
      message: 'ONNX was not compared with python_function: twin/1: it cannot be loaded',
    });
});

test('a comparison that was interrupted is made five times, whatever the store did, and then ends with the last words of the log', () => {
  const killed = ofComparison(invalid({ tryAgain: true, log: 'no space left\n' }));
  expect(afterFailure(killed, { tries: 9, comparisons: 3 })).toMatchObject({ pauseMs: 2_560_000 });
  expect(afterFailure(killed, { tries: 4, comparisons: 4 })).toMatchObject({
    state: 'unchecked',
    message: 'ONNX was not compared with python_function: twin/1: it cannot be loaded\nno space left (tried 5 times)',
  });
  const fault = ofComparison(new Error('spawn EAGAIN'));
  expect(afterFailure(fault, { tries: 0, comparisons: 0 })).toMatchObject({ pauseMs: 5000 });
});

test('one that took too long says so, and is made again', () => {
  const late = { error: new Error('aborted'), limitMinutes: 15 };
  expect(afterFailure({ ...late, fetched: false }, { tries: 99, comparisons: 0 })).toMatchObject({
    message: expect.stringContaining('(it took longer than 15 minutes)') as string,
  });
  expect(afterFailure({ ...late, fetched: true }, { tries: 4, comparisons: 4 })).toMatchObject({ state: 'unchecked' });
});
