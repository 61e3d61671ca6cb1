import { expect, test } from 'vitest';
import type { Decision } from '../../../../src/api/models.ts';
import { decisionOf, readEvidence } from './standing.ts';

const decision = (id: string, outcome: Decision['outcome'], version: number) =>
  ({ id, outcome, version, target: { kind: 'alias', name: 'champion' } }) as Decision;

test('a name stands by the newest decision that moved it there, never by a refusal', () => {
  const decisions = [decision('4', 'refused', 1), decision('3', 'moved', 1), decision('2', 'moved', 2), decision('1', 'moved', 1)];
  expect(decisionOf({ kind: 'alias', name: 'champion', version: 1 }, decisions)?.id).toBe('3');
  expect(decisionOf({ kind: 'stage', name: 'champion', version: 1 }, decisions)).toBeUndefined();
});

test('evidence is a table with its numbers first', () => {
  expect(readEvidence('{"candidate":{"digest":"ab","rmse":281},"champion":{"exists":false},"naive":{"rmse":558}}')).toEqual({
    objects: ['candidate', 'champion', 'naive'],
    rows: [
      ['rmse', [281, undefined, 558]],
      ['digest', ['ab', undefined, undefined]],
    ],
  });
  expect(readEvidence('{not json')).toBeUndefined();
});
