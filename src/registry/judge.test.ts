import { describe, expect, test } from 'vitest';
import { judge, type Case } from './judge.ts';

const scored = 'a'.repeat(32);
const reigning = 'b'.repeat(32);

const evidence = (content: unknown) => ({ id: 'e1', content: typeof content === 'string' ? content : JSON.stringify(content) });
const numbers = {
  candidate: { digest: `${scored}.dir`, rmse: 281 },
  champion: { digest: reigning, rmse: 300 },
  naive: { rmse: 558 },
};

const facts: Case = {
  model: 'load',
  version: 2,
  target: { kind: 'alias', name: 'champion' },
  gate: {
    model: 'load',
    project: 'energy',
    expression: 'candidate.rmse < naive.rmse && (!champion.exists || candidate.rmse < champion.rmse)',
    protects: ['champion', 'Production'],
    evidence: { stage: 'evaluate', file: 'metrics/load.json' },
  },
  evidence: evidence(numbers),
  digest: scored,
  champion: { version: 1, digest: reigning },
  alreadyLetThrough: false,
  parity: undefined,
};

const refused = "the gate of 'load' (project 'energy') refuses version 2 as alias 'champion': ";

describe('a gate', () => {
  test('lets a version through whose bytes were scored against the present champion, and won', () => {
    expect(judge(facts)).toMatchObject({ passed: true, message: 'every clause of the gate holds' });
    expect(judge(facts).clauses).toHaveLength(2);
  });

  test('refuses a version whose flavours differ or are being compared, and keeps with its verdict that they agree', () => {
    const parity = { message: 'row 1', largestDifference: 0.5, tolerance: 1e-6, mismatch: undefined, checkedAt: 1 };
    expect(judge({ ...facts, evidence: undefined, parity: { ...parity, state: 'differs' } })).toMatchObject({
      passed: false,
      message: `${refused}row 1: convert the model that was saved to ONNX again, compare, and register that`,
    });
    expect(judge({ ...facts, parity: { ...parity, state: 'pending' } })).toMatchObject({
      passed: false,
      message: `${refused}row 1: promote it once its status is READY`,
    });
    expect(judge({ ...facts, parity: { ...parity, state: 'unchecked' } }).passed).toBe(true);
    const verdict = judge({ ...facts, parity: { ...parity, state: 'agrees', largestDifference: 1e-8 } });
    expect(verdict.clauses[0]).toEqual({
      clause: 'ONNX answers as python_function',
      passed: true,
      values: { largestDifference: 1e-8, tolerance: 1e-6 },
    });
  });

  test('lets the first version through where the evidence knows no champion', () => {
    const first = { ...facts, champion: undefined };
    expect(judge({ ...first, evidence: evidence({ ...numbers, champion: { exists: false } }) }).passed).toBe(true);
    expect(judge({ ...first, evidence: evidence({ ...numbers, champion: undefined }) }).passed).toBe(true);
  });

  test('names the clause that failed, with its values', () => {
    const lost = evidence({ ...numbers, candidate: { digest: scored, rmse: 337 } });
    expect(judge({ ...facts, evidence: lost }).message).toBe(
      `${refused}the clause \`!champion.exists || candidate.rmse < champion.rmse\` is not true (champion.exists = true, candidate.rmse = 337, champion.rmse = 300)`,
    );
  });

  test('takes the champion of evidence that has let this version through already', () => {
    expect(judge({ ...facts, champion: undefined, alreadyLetThrough: true }).passed).toBe(true);
  });

  test.each<[string, Partial<Case>, string]>([
    [
      'no evidence',
      { evidence: undefined },
      "no recorded run of stage 'evaluate' has handed over 'metrics/load.json': run `millwright repro` with this server",
    ],
    ['evidence with NaN', { evidence: evidence('{"candidate": {"rmse": NaN}}') }, 'the evidence is not JSON'],
    ['evidence that is a list', { evidence: evidence([]) }, 'the evidence is not a JSON object'],
    ['evidence without a candidate', { evidence: evidence({ naive: {} }) }, "the evidence has no object 'candidate'"],
    ['evidence without a digest', { evidence: evidence({ candidate: { rmse: 1 } }) }, "the evidence has no 'candidate.digest'"],
    [
      'other bytes than were scored',
      { digest: 'c'.repeat(32) },
      `it is not the model that was scored: the digest of its files is ${'c'.repeat(32)}, the evidence's candidate.digest is ${scored}`,
    ],
    ['files that are elsewhere', { digest: undefined }, 'its files are not on this server'],
    [
      'another champion than was evaluated',
      { champion: { version: 5, digest: 'd'.repeat(32) } },
      `the evidence compares it with another champion (${reigning}) than version 5 (${'d'.repeat(32)}): evaluate again`,
    ],
    ['a champion that is gone', { champion: undefined }, 'the evidence compares it with a champion, and there is none now: evaluate again'],
    [
      'a champion that came meanwhile',
      { evidence: evidence({ ...numbers, champion: { exists: false } }) },
      'the evidence knows no champion, and version 1 is it now: evaluate again',
    ],
    ['a champion without a digest', { evidence: evidence({ ...numbers, champion: { rmse: 1 } }) }, "the evidence has no 'champion.digest'"],
  ])('refuses %s', (_, change, reason) => {
    const verdict = judge({ ...facts, ...change });
    expect(verdict.passed).toBe(false);
    expect(verdict.message.startsWith(refused + reason)).toBe(true);
  });
});
