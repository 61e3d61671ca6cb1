/** What is recorded of stages: their flags, folders and outputs. */
import type { Scenario } from '../transcript.ts';
import { dvc, inRepository, sh, snapshot, write } from './steps.ts';

export const stageScenarios: readonly Scenario[] = [
  inRepository(
    'stage-add-flags',
    write('params.yaml', 'a: 1\nb:\n  c: 2\n  d: [1, 2]\n'),
    write('other.toml', '[x]\ny = 1\n'),
    write('in', 'i\n'),
    write('src/code.py', 'print(1)\n'),
    sh('mkdir w'),
    dvc('stage add -n one -d in -d src -o out -p a,b.c -p other.toml:x.y "cat in > out"'),
    dvc('stage add -n two -d out -O plain -m m.json -M m2.json --plots p.csv --plots-no-cache p2.csv "true"'),
    dvc('stage add -n three --outs-persist keep --outs-persist-no-cache keep2 --always-changed --desc "what it does" "true"'),
    dvc('stage add -n four -w w -d ../in -o here "cat ../in > here"'),
    dvc('stage add -n five -p other.toml: -p b -o x echo hello "two words" \'$HOME\''),
    dvc('stage add -n one -o other "true"'),
    dvc('stage add -f -n one -o other "true"'),
    dvc('stage add -n bad.name "true"'),
    dvc('stage add -n six'),
    dvc('stage add -n seven -o out "true"'),
    dvc('stage add -n eight -o other/sub "true"'),
    dvc('stage add -n nine -d a -o a "true"'),
    dvc('stage add -n ten -d ../outside "true"'),
    dvc('stage add -n eleven -w nosuch "true"'),
    dvc('stage add -n twelve -o ./dotted//path -o dir/ "true"'),
    dvc('stage add -n thirteen --run -d in -o ran "cp in ran"'),
    dvc('stage add "no name"'),
    dvc('stage add -q -n fourteen -d in -d in -o again -m again.json "true"'),
    sh('cat dvc.yaml .gitignore'),
    snapshot,
    sh('dvc stage list'),
    sh('dvc stage list --all'),
    sh('dvc stage list --name-only'),
    sh('dvc stage list one four'),
    dvc('stage list nosuch'),
    sh('dvc status --json thirteen'),
  ),
  inRepository(
    'outs-flags',
    write('in', 'i\n'),
    write(
      'dvc.yaml',
      `stages:
  s:
    cmd: mkdir -p d && echo "$(cat in) more" >> keep && cat in > d/x && cat in > nocache && cat in > m.json && cat in > p.csv
    desc: what it does
    meta:
      owner: me
      list: [1, 2]
    deps:
    - in
    outs:
    - d
    - keep:
        persist: true
        desc: kept
    - nocache:
        cache: false
        labels: [a, b]
        type: text
        meta: {x: 1}
    metrics:
    - m.json:
        cache: false
    plots:
    - p.csv:
        x: a
        y: b
`,
    ),
    dvc('repro'),
    snapshot,
    write('in', 'j\n'),
    dvc('repro'),
    snapshot,
    sh('rm -r d nocache m.json p.csv'),
    dvc('status --json'),
    dvc('checkout'),
    dvc('repro'),
    snapshot,
    dvc('freeze s'),
    sh('cat dvc.yaml'),
    write('in', 'k\n'),
    dvc('status --json'),
    dvc('repro'),
    sh('dvc repro | tail -1'),
    dvc('unfreeze s'),
    sh('cat dvc.yaml'),
    dvc('status --json'),
    dvc('repro --dry'),
    dvc('repro --no-commit'),
    dvc('status --json'),
    snapshot,
    dvc('commit -f'),
    dvc('status --json'),
    dvc('repro -f --no-run-cache'),
    snapshot,
    dvc('freeze nosuch'),
    dvc('data status --json --granular'),
  ),
  inRepository(
    'wdir-and-folders',
    write('data/a', '1\n'),
    write('data/sub/b', '2\n'),
    write('work/params.yaml', 'lr: 0.1\n'),
    write('params.yaml', 'lr: 0.5\n'),
    write(
      'dvc.yaml',
      'stages:\n  s:\n    wdir: work\n    cmd: ls ../data > list\n    deps:\n    - ../data\n    params:\n    - lr\n    outs:\n    - list\n  t:\n    cmd: cp -r data copy\n    deps: [data/sub]\n    outs: [copy]\n',
    ),
    write('sub/dvc.yaml', 'stages:\n  u:\n    cmd: cat ../work/list > got\n    deps: [../work/list]\n    outs: [got]\n'),
    dvc('add data/a'),
    dvc('repro -P'),
    snapshot,
    write('data/a', '11\n'),
    dvc('status --json'),
    dvc('status --json s'),
    dvc('status --json sub/dvc.yaml:u', '.'),
    dvc('status --json u', 'sub'),
    dvc('repro u', 'sub'),
    snapshot,
    write('data/sub/b', '22\n'),
    dvc('repro -s t'),
    write('work/params.yaml', 'lr: 0.2\n'),
    dvc('status --json'),
    dvc('repro -R sub'),
    dvc('repro sub/dvc.yaml'),
    dvc('repro --downstream s'),
    dvc('repro -p sub/dvc.yaml:u'),
    dvc('status --json'),
    snapshot,
    sh('dvc dag --dot'),
    sh('dvc dag --mermaid'),
    sh('dvc dag --md'),
    sh('dvc dag --outs --dot'),
    sh('dvc dag --dot s'),
    sh('dvc dag --full --dot s'),
    sh('dvc dag --dot sub/dvc.yaml:u'),
    dvc('dag nosuch'),
    sh('dvc dag --dot', 'sub'),
  ),
];
