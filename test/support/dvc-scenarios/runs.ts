/** What is recorded of runs: the run cache, stages that fail, templates, what is moved and removed between runs. */
import type { Scenario } from '../transcript.ts';
import { dvc, inRepository, sh, snapshot, write } from './steps.ts';

export const runScenarios: readonly Scenario[] = [
  inRepository(
    'run-cache-rules',
    write('in', '1\n'),
    write(
      'dvc.yaml',
      'stages:\n  s:\n    cmd: cat in > out && echo ran >> log\n    deps: [in]\n    outs: [out]\n  d:\n    cmd: mkdir dir && cp out dir/x && cp out dir/y\n    deps: [out]\n    outs: [dir]\n    metrics:\n    - dir.json:\n        cache: false\n',
    ),
    dvc('repro s'),
    write('in', '2\n'),
    dvc('repro s'),
    write('in', '1\n'),
    dvc('repro s'),
    sh('cat log out'),
    snapshot,
    dvc('repro'),
    sh('rm -rf dir out dir.json'),
    dvc('repro s'),
    sh("sed -i 's/, dir.json//; /metrics/,$d' dvc.yaml"),
    dvc('repro'),
    snapshot,
    sh('rm -rf dvc.lock dir out'),
    dvc('repro --no-run-cache s'),
    dvc('repro'),
    sh('cat log'),
    snapshot,
    sh('rm -rf .dvc/cache/files'),
    dvc('status --json'),
    dvc('repro --allow-missing'),
    dvc('repro'),
    sh('cat log'),
    snapshot,
    write('out', 'changed\n'),
    dvc('status --json'),
    dvc('commit s -f'),
    dvc('status --json'),
    dvc('repro'),
    sh('cat log out'),
    snapshot,
    dvc('gc -w -f'),
    dvc('gc -f'),
    snapshot,
    dvc('repro -f -s s'),
    dvc('repro --force-downstream s'),
    dvc('remove s'),
    sh('cat dvc.yaml dvc.lock .gitignore'),
    dvc('remove d'),
    dvc('remove d'),
    snapshot,
  ),
  inRepository(
    'failing-stages',
    write('in', '1\n'),
    write(
      'dvc.yaml',
      'stages:\n  ok:\n    cmd: cat in > ok\n    deps: [in]\n    outs: [ok]\n  bad:\n    cmd: echo half > bad; exit 3\n    deps: [ok]\n    outs: [bad]\n  after:\n    cmd: cat bad > after\n    deps: [bad]\n    outs: [after]\n  noout:\n    cmd: "true"\n    deps: [in]\n    outs: [never]\n  other:\n    cmd:\n    - cat in > other\n    - echo two >> other\n    deps: [in]\n    outs: [other]\n  multi:\n    cmd: |\n      echo one > multi\n      echo two >> multi\n    outs: [multi]\n  nodep:\n    cmd: echo x > nodep\n    deps: [absent]\n    outs: [nodep]\n',
    ),
    dvc('repro'),
    snapshot,
    dvc('repro -k'),
    snapshot,
    dvc('repro --ignore-errors bad after'),
    snapshot,
    dvc('status --json'),
    dvc('repro nosuch'),
    dvc('repro nosuch.dvc'),
    dvc('repro other/dvc.yaml'),
    sh('dvc repro ok'),
    sh('dvc repro --dry other'),
  ),
  inRepository(
    'templating-forms',
    write(
      'params.yaml',
      'model: {name: cnn, depth: 3, on: true, off: false, list: [a, "b c"], none: null, rate: 1e-5}\nregions:\n  north: {file: n.csv, w: 1}\n  south: {file: s.csv, w: 2.0}\nlist: [x, 1, 2.5, true]\ncombos:\n- {a: 1, b: [p, q]}\n- {a: 2, b: [r]}\n',
    ),
    write('extra.yaml', 'extra: {k: 1, l: 2}\nunused: 3\n'),
    write('vars.json', '{"local": {"z": "zed"}}'),
    write(
      'dvc.yaml',
      `vars:
- extra.yaml:extra
- inline: {p: q, n: 5}
stages:
  one:
    cmd: echo \${model.name} \${model.depth} \${inline.p} \\\${NOWHERE} \${extra.k} > one.txt
    outs: [one.txt]
  dict:
    cmd: echo \${model} > dict.txt
    outs: [dict.txt]
  each:
    foreach: \${regions}
    do:
      cmd: echo \${key} \${item.file} \${item.w} > \${key}.txt
      params: ["regions.\${key}"]
      outs:
      - \${key}.txt
  simple:
    foreach: \${list}
    do:
      cmd: echo \${item} > l-\${item}
      outs: ["l-\${item}"]
  combo:
    foreach: \${combos}
    do:
      cmd: echo \${item.a} \${item.b[0]} > c-\${item.a}
      outs: ["c-\${item.a}"]
  mat:
    matrix:
      m: [cnn, xgb]
      r: \${combos}
    cmd: echo \${item.m} \${item.r.a} \${key} > m-\${key}
    outs: ["m-\${key}"]
  local:
    vars:
    - vars.json
    - mine: 7
    cmd: echo \${local.z} \${mine} > local.txt
    outs: [local.txt]
  wd:
    wdir: w
    vars: [v.yaml]
    cmd: echo \${inw} > x
    outs: [x]
metrics: []
plots:
- \${model.name}.csv
`,
    ),
    write('w/v.yaml', 'inw: 1\n'),
    dvc('repro'),
    sh('cat dvc.lock'),
    snapshot,
    sh('dvc stage list --name-only'),
    sh('dvc stage list'),
    dvc('status --json each'),
    dvc('status --json each@north'),
    dvc('repro mat'),
    dvc('repro mat@cnn-r0'),
    sh('dvc dag --mermaid'),
    dvc('dag --dot --collapse-foreach-matrix'),
    dvc('freeze each@north'),
    dvc("repro --glob 'l*'"),
    dvc("repro --glob 's*'"),
    dvc('freeze one'),
    sh('rm n*.txt'),
    dvc('checkout each@north'),
    dvc('repro each@nosuch'),
    write('params.yaml', 'model: {name: xgb}\nregions:\n  north: {file: n.csv, w: 1}\nlist: [x]\ncombos: []\n'),
    dvc('status --json'),
    dvc('repro --dry'),
    dvc('params diff --json'),
    dvc('repro'),
    snapshot,
  ),
  inRepository(
    'moves-and-removals',
    write('in', 'i\n'),
    write(
      'dvc.yaml',
      '# head\nstages:\n  # about p\n  p:\n    cmd: cp in p\n    deps:\n      - in\n    outs:\n      - p   # why\n  q:\n    cmd: cp p q\n    deps: [p]\n    outs: [q]\n',
    ),
    dvc('repro'),
    snapshot,
    dvc('freeze q'),
    sh('cat dvc.yaml'),
    dvc('stage add -n r -d q -o r "cp q r"'),
    sh('cat dvc.yaml'),
    dvc('repro r'),
    dvc('remove p --outs'),
    sh('cat dvc.yaml dvc.lock .gitignore; ls'),
    write('a', '1\n'),
    dvc('add a'),
    dvc('move a b'),
    sh('mkdir m && dvc move b m > ../out.txt'),
    sh('ls m; cat m/*.dvc m/.gitignore'),
    dvc('move q z'),
    dvc('move m/b b2'),
    dvc('remove b2.dvc'),
    dvc('unprotect q'),
    dvc('unprotect in'),
    snapshot,
    dvc('root'),
    sh('dvc root', 'm'),
  ),
];
