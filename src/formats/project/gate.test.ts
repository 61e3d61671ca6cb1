import { describe, expect, test } from 'vitest';
import { compileGate, GateSyntaxError, judgeClauses, type GateObjects } from './gate.ts';

const gate = compileGate('candidate.rmse < naive.rmse && (!champion.exists || candidate.rmse < champion.rmse)');
const objects = (candidate: number, champion?: number): GateObjects => ({
  candidate: { exists: true, rmse: candidate },
  naive: { exists: true, rmse: 558 },
  champion: champion === undefined ? { exists: false } : { exists: true, rmse: champion },
});

describe('a gate', () => {
  test('judges each clause that && joins, with the values it looked at', () => {
    expect(judgeClauses(gate, objects(281, 300))).toEqual([
      { clause: 'candidate.rmse < naive.rmse', passed: true, values: { 'candidate.rmse': 281, 'naive.rmse': 558 } },
      {
        clause: '!champion.exists || candidate.rmse < champion.rmse',
        passed: true,
        values: { 'champion.exists': true, 'candidate.rmse': 281, 'champion.rmse': 300 },
      },
    ]);
    expect(judgeClauses(gate, objects(337, 300)).map((clause) => clause.passed)).toEqual([true, false]);
  });

  test('asks nothing of a champion that does not exist', () => {
    expect(judgeClauses(gate, objects(281)).map((clause) => clause.passed)).toEqual([true, true]);
  });

  test('compares whole numbers of the expression with the doubles of the evidence', () => {
    expect(judgeClauses(compileGate('candidate.rmse < 300'), objects(281))[0]!.passed).toBe(true);
  });

  test('fails a clause whose value is missing, and names it', () => {
    const [clause] = judgeClauses(compileGate('candidate.mae < 5.0'), objects(281));
    expect(clause).toEqual({ clause: 'candidate.mae < 5.0', passed: false, values: {}, error: "the evidence has no 'candidate.mae'" });
  });

  test('fails a clause that is a number, not a condition', () => {
    expect(judgeClauses(compileGate('candidate.rmse'), objects(281))[0]).toMatchObject({
      passed: false,
      error: 'it is no condition: its value is not true or false',
    });
  });

  test('says how to multiply where an overload is missing', () => {
    expect(judgeClauses(compileGate('2 * candidate.rmse < 600.0'), objects(281))[0]!.error).toContain('write 2.0, not 2');
  });

  test.each([
    ['candidate.rmse < < 5', 15],
    ['median(candidate.rmse) < 5.0', 0],
    ['candidate.a.all(x, candidate.b.all(y, x < y))', 30],
  ])('does not compile %s, and says where', (source, offset) => {
    expect.assertions(2);
    try {
      compileGate(source);
    } catch (error) {
      expect(error).toBeInstanceOf(GateSyntaxError);
      expect((error as GateSyntaxError).offset).toBe(offset);
    }
  });

  test('sees no fields that the evidence does not hold itself', () => {
    for (const source of ['candidate.constructor == null', 'candidate.__proto__ == null', 'toString == null']) {
      expect(judgeClauses(compileGate(source), objects(1))[0]!.passed).toBe(false);
    }
  });
});
