import { describe, expect, test } from 'vitest';
import { parseProject } from './parse.ts';

const read = (text: string) => parseProject(text, 'millwright.yaml');

describe('millwright.yaml', () => {
  test('gives project and gates, with champion and Production protected by default', () => {
    const text = `schema: 1
project: energy
models:
  load-forecaster:
    evidence: { stage: evaluate, file: metrics/load.json }
    gate: "candidate.rmse < naive.rmse"
  other:
    protects: [best]
    evidence: { stage: evaluate@x, file: m.json }
    gate: candidate.f1 > 0.5
`;
    expect(read(text)).toEqual({
      project: 'energy',
      gates: [
        {
          model: 'load-forecaster',
          protects: ['champion', 'Production'],
          evidence: { stage: 'evaluate', file: 'metrics/load.json' },
          expression: 'candidate.rmse < naive.rmse',
        },
        { model: 'other', protects: ['best'], evidence: { stage: 'evaluate@x', file: 'm.json' }, expression: 'candidate.f1 > 0.5' },
      ],
      endpoints: [],
    });
  });

  test('gives endpoints with the settings that are set', () => {
    const text = 'schema: 1\nendpoints:\n  load: { model: models:/load@champion, timeout_seconds: 5 }\n  old: { model: models:/load/3 }\n';
    expect(read(text).endpoints).toEqual([
      { name: 'load', model: 'models:/load@champion', settings: { timeoutMs: 5000 }, records: {} },
      { name: 'old', model: 'models:/load/3', settings: {}, records: {} },
    ]);
  });

  const records = (lines: string): string => `schema: 1\nendpoints:\n  load:\n    model: models:/m/1\n    records:\n${lines}`;

  test('gives how the records of an endpoint are kept', () => {
    const text = records('      sample: 0.25\n      mask: { email: hash, name: drop }\n      required: false\n      keep_days: 90\n');
    expect(read(text).endpoints[0]!.records).toEqual({
      sample: 0.25,
      mask: { email: 'hash', name: 'drop' },
      required: false,
      keepDays: 90,
    });
  });

  test.each([
    ['      sample: 2\n', 'millwright.yaml:6:15: endpoints.load.records.sample is 2, not from 0 to 1; write a number in that range'],
    ['      sample: half\n', "millwright.yaml:6:15: endpoints.load.records.sample is the text 'half', not a number; write a number"],
    ['      mask: { email: null }\n', 'millwright.yaml:6:22: endpoints.load.records.mask.email is empty; write drop or hash'],
    [
      '      mask: [email]\n',
      'millwright.yaml:6:13: endpoints.load.records.mask is a list, not a mapping; write `key: value` lines below it',
    ],
    [
      '      required: yes\n',
      "millwright.yaml:6:17: endpoints.load.records.required is the text 'yes', not true or false; write true or false",
    ],
    [
      '      keep_days: 0.5\n',
      'millwright.yaml:6:18: endpoints.load.records.keep_days is the number 0.5, not a whole number; write a number',
    ],
    [
      '      keepDays: 5\n',
      'millwright.yaml:6:7: endpoints.load.records.keepDays is not known here; the keys are sample, mask, required, keep_days',
    ],
  ])('refuses the records %j', (lines, message) => {
    expect(() => read(records(lines))).toThrow(message);
  });

  test('needs no more than its version', () => {
    expect(read('schema: 1\n')).toEqual({ project: undefined, gates: [], endpoints: [] });
  });

  const model = (lines: string): string => `schema: 1\nmodels:\n  m:\n${lines}`;

  test.each([
    ['', 'millwright.yaml:1:1: the file is empty, not a mapping; write `key: value` lines below it'],
    ['project: x\n', 'millwright.yaml:1:1: schema is missing; Version of this format.'],
    ['schema: 2\n', 'millwright.yaml:1:9: schema is 2, and this version of Millwright reads 1; write 1, or upgrade Millwright'],
    ['schema: 1\nmodell: {}\n', 'millwright.yaml:2:1: modell is not known here; the keys are schema, project, models, endpoints'],
    ['schema: 1\nmonitors: {}\n', 'millwright.yaml:2:11: monitors is not there yet in this version of Millwright; take the section out'],
    [
      'schema: 1\nendpoints:\n  load: { model: load }\n',
      "millwright.yaml:3:18: endpoints.load.model is 'load'; write models:/NAME@ALIAS, models:/NAME/STAGE or models:/NAME/VERSION",
    ],
    [
      'schema: 1\nendpoints:\n  load: { model: models:/load@champion, workers: 0 }\n',
      'millwright.yaml:3:50: endpoints.load.workers is 0, not from 1 to 64; write a number in that range',
    ],
    ['schema: 1\nproject: 7\n', 'millwright.yaml:2:10: project is the number 7, not a text; put it in quotes'],
    [
      model('    gate: "true"\n'),
      'millwright.yaml:4:5: models.m.evidence is missing; The file with the numbers that the gate judges, and the stage of dvc.yaml that writes it.',
    ],
    [
      model('    evidence: { stage: e, file: f }\n    gate: "true"\n    protects: []\n'),
      'millwright.yaml:6:15: models.m.protects is an empty list; name at least one, or leave the key out',
    ],
    [
      model('    evidence: { stage: e, file: ../f }\n    gate: "true"\n'),
      "millwright.yaml:4:33: models.m.evidence.file: '../f' leads out of the project; name a file below it, with /",
    ],
    [
      model('    evidence: { stage: e, file: f }\n    gate: "candidate.rmse << 5"\n'),
      `millwright.yaml:5:27: models.m.gate: found < but expecting end of input at character 16 of 'candidate.rmse << 5'; write a CEL condition such as "candidate.rmse < naive.rmse"`,
    ],
    ['schema: 1\nmodels: [a\n', /^millwright\.yaml:\d+:\d+: this is no YAML: /],
    ['schema: 1\nschema: 1\n', /^millwright\.yaml:2:1: this is no YAML: Map keys must be unique/],
  ])('says where %j is wrong, and what to do', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
