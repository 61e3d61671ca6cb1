/** A pipeline drawn from a seed: stages of all shapes over earlier stages' outputs, the same for the same seed. */

export interface RandomPipeline {
  /** Path → text: data, parameters, dvc.yaml. */
  readonly files: Readonly<Record<string, string>>;
  readonly stageCount: number;
}

export type Random = () => number;

/** mulberry32. */
export function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const params = `lr: 1.0e-5
depth: 3
name: "a: b"
flag: true
none: null
list: [1, 2.5, x y]
model: {width: 10, deep: {rate: 0.1}}
`;
const paramKeys = ['lr', 'depth', 'name', 'flag', 'none', 'list', 'model', 'model.width', 'model.deep.rate'];
/** Words that try the quoting and folding of the lock file. */
const words = [
  'plain',
  "it's",
  '"quoted" # no comment',
  'ünï😀',
  `long${'-word'.repeat(30)}`,
  'a: b',
  '  spaced  ',
  '{x} [y] & *z !t %p @q',
];

export function randomPipeline(random: Random, stageCount: number): RandomPipeline {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const files: Record<string, string> = {
    'params.yaml': params,
    'data/a.txt': 'a\n',
    'data/deep/b.txt': 'b\n',
    'single.txt': '1\n',
    'sub/.keep': '',
  };
  const available = ['data', 'data/a.txt', 'single.txt'];
  let text = 'stages:\n';
  for (let index = 0; index < stageCount; index += 1) {
    const name = `s${index}`;
    const out = random() < 0.3 ? `dir${index}` : `out${index}`;
    const deps = available.filter(() => random() < 2 / available.length).slice(0, 4);
    const inSub = random() < 0.25;
    const up = inSub ? '../' : '';
    const word = pick(words).replaceAll('\\', '').replaceAll("'", `'"'"'`);
    const target = out.startsWith('dir') ? `${out}/${index}.txt` : out;
    const make = `${out.startsWith('dir') ? `mkdir -p ${out} && ` : ''}echo '${word} ${index}' > ${target}`;
    text += `  ${name}:\n`;
    if (inSub) text += '    wdir: sub\n';
    if (random() < 0.2) text += `    cmd:\n    - ${JSON.stringify(make)}\n    - "true"\n`;
    else text += `    cmd: ${JSON.stringify(make)}\n`;
    if (deps.length > 0) text += `    deps:\n${deps.map((dep) => `    - ${up}${dep}\n`).join('')}`;
    const keys = paramKeys.filter(() => random() < 0.15);
    if (keys.length > 0) text += inSub ? `    params:\n    - ../params.yaml: [${keys.join(', ')}]\n` : `    params: [${keys.join(', ')}]\n`;
    const flags =
      random() < 0.15 ? '    - NAME:\n        cache: false\n' : random() < 0.15 ? '    - NAME:\n        persist: true\n' : '    - NAME\n';
    text += `    ${random() < 0.2 && !out.startsWith('dir') ? 'metrics' : 'outs'}:\n${flags.replace('NAME', out)}`;
    if (random() < 0.1) text += '    always_changed: true\n';
    available.push(inSub ? `sub/${out}` : out);
  }
  text += `  each:\n    foreach: [one, 2, true]\n    do:\n      cmd: echo \${item} > each-\${item}\n      deps: [single.txt]\n      outs: ["each-\${item}"]\n`;
  return { files: { ...files, 'dvc.yaml': text }, stageCount: stageCount + 3 };
}
