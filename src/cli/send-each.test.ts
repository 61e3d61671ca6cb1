import { expect, test } from 'vitest';
import { ApiError } from '../../sdk/src/index.ts';
import type { SentResult } from '../api/predictions.ts';
import { MillwrightError, type ErrorCode } from '../errors.ts';
import { readRecord, sendEach } from './send-each.ts';

/** A server that fails, with this status, for a batch that holds `bad`, and takes all others. */
function serverThatRefuses(bad: number, status: number, code: ErrorCode): { taken: number[]; api: Parameters<typeof sendEach>[0] } {
  const taken: number[] = [];
  const sendPredictions = async (requests: readonly unknown[]): Promise<SentResult> => {
    if (requests.includes(bad)) throw new MillwrightError(code, 'too deep', { cause: new ApiError(status, code, 'too deep') });
    taken.push(...(requests as number[]));
    return { kept: requests.length, alreadyThere: 0, problems: [] };
  };
  return { taken, api: () => ({ sendPredictions }) };
}

test.each([
  [400, 'BAD_REQUEST'],
  [413, 'PAYLOAD_TOO_LARGE'],
] as const)('a record for which a whole batch is refused with %i is told by its place, and all others are sent', async (status, code) => {
  const { taken, api } = serverThatRefuses(4, status, code);
  expect(await sendEach(api, [0, 1, 2, 3, 4, 5, 6])).toEqual({
    kept: 6,
    alreadyThere: 0,
    problems: [{ line: 5, message: 'too deep' }],
  });
  expect(taken).toEqual([0, 1, 2, 3, 5, 6]);
});

test('what says nothing of the records is an error, and none of them is given up', async () => {
  const { taken, api } = serverThatRefuses(1, 404, 'BAD_REQUEST');
  await expect(sendEach(api, [0, 1])).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  expect(taken).toEqual([]);
});

test('a line that is too deep for any request is told, whatever its length', () => {
  const deep = (levels: number): string => `{"features":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  expect(readRecord(deep(3))).toEqual({ value: { features: [[[]]] } });
  for (const levels of [64, 10_000, 300_000])
    expect(readRecord(deep(levels))).toEqual({ message: 'the JSON is nested deeper than 64 levels' });
  expect(readRecord('{"features":').message).toMatch(/^the line is not JSON: /);
});

test('whole numbers beyond 2⁵³ keep their digits, as texts', () => {
  expect(readRecord('{"features":{"id":9007199254740993,"x":9007199254740991.5},"prediction":[-9223372036854775808,1]}').value).toEqual({
    features: { id: '9007199254740993', x: 9007199254740992 },
    prediction: ['-9223372036854775808', 1],
  });
});
