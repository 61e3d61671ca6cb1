/** What people write wrong in a project's files: file, line, column, key and remedy, on every command that reads them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DvcWorkspace } from '../support/dvc-workspace.ts';

let workspace: DvcWorkspace;
beforeAll(async () => {
  workspace = await DvcWorkspace.create();
});
afterAll(() => workspace?.dispose());

const echo = 'stages:\n  say:\n    cmd: echo hello\n';
const latin = (text: string): Buffer => Buffer.from(text, 'latin1');

test.each<[string, Readonly<Record<string, string | Buffer>>, number, string]>([
  [
    'stages that are a list',
    { 'dvc.yaml': 'stages: [1, 2]\n' },
    255,
    "'dvc.yaml' validation failed: expected a mapping, found a list in stages, line 1, column 1: write 'KEY: VALUE' lines below it",
  ],
  [
    'a stage that is a number',
    { 'dvc.yaml': 'stages:\n  say: 3\n' },
    255,
    "'dvc.yaml' validation failed: expected a mapping, found int 3 in stages -> say, line 2, column 3: write 'KEY: VALUE' lines below it",
  ],
  [
    'a quote that nobody closes',
    { 'dvc.yaml': 'stages:\n  say:\n    cmd: "echo\n' },
    255,
    "'dvc.yaml' is invalid YAML in line 4, column 1: Missing closing \"quote",
  ],
  [
    'an expression that names nothing',
    { 'dvc.yaml': 'stages:\n  say:\n    cmd: echo ${lr}\n', 'params.yaml': 'rate: 1\n' },
    255,
    "failed to parse 'stages.say.cmd' in 'dvc.yaml', line 3, column 15: Could not find 'lr': define 'lr' in params.yaml or under 'vars:'",
  ],
  [
    'an expression with a slip in it',
    { 'dvc.yaml': 'stages:\n  say:\n    foreach: [1]\n    do:\n      cmd: echo ${model.rat}\n', 'params.yaml': 'model: {rate: 1}\n' },
    255,
    "failed to parse 'stages.say@1.cmd' in 'dvc.yaml', line 5, column 17: Could not find 'model.rat': did you mean 'model.rate'?",
  ],
  [
    'parameters that are not UTF-8',
    { 'dvc.yaml': 'stages:\n  say:\n    cmd: echo hello\n    params: [name]\n', 'params.yaml': latin('rate: 1\nname: Müller\n') },
    255,
    "'params.yaml' is not UTF-8: line 2, column 8 has the byte 0xfc: save the file as UTF-8",
  ],
  [
    'a pipeline that is not UTF-8',
    { 'dvc.yaml': latin('stages:\n  say:\n    cmd: echo é\n') },
    255,
    "'dvc.yaml' is not UTF-8: line 3, column 15 has the byte 0xe9: save the file as UTF-8",
  ],
  [
    'a millwright.yaml whose list nobody closes',
    { 'dvc.yaml': echo, 'millwright.yaml': 'schema: 1\nmodels:\n  m: [1\n' },
    78,
    'millwright.yaml:4:1: this is no YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  [
    'a model that is a number',
    { 'dvc.yaml': echo, 'millwright.yaml': 'schema: 1\nmodels:\n  m: 3\n' },
    78,
    'millwright.yaml:3:6: models.m is the number 3, not a mapping; write `key: value` lines below it',
  ],
  [
    'a millwright.yaml that is not UTF-8',
    { 'dvc.yaml': echo, 'millwright.yaml': latin('schema: 1\nproject: Mühle\n') },
    78,
    "'millwright.yaml' is not UTF-8: line 2, column 11 has the byte 0xfc: save the file as UTF-8",
  ],
])('%s', async (_what, files, status, message) => {
  workspace.remove('params.yaml', 'millwright.yaml', 'dvc.lock');
  for (const [path, data] of Object.entries(files)) workspace.write(path, data);
  const before = workspace.files('.');
  const ran = await workspace.tryOurs('repro', '-q');
  expect([ran.status, ran.stdout, ran.stderr]).toEqual([status, '', `millwright: ${message}\n`]);
  expect(workspace.files('.').filter((path) => !before.includes(path) && !path.startsWith('.dvc/tmp/'))).toEqual([]);
});
