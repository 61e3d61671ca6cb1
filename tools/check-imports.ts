/**
 * Runs the import rules, asserts that every module was seen (a checker that cannot read TypeScript passes by seeing
 * nothing), and proves the rules: each planted import must be refused by the rule that forbids it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folders = ['src', 'sdk/src', 'web/src'].filter((folder) => existsSync(join(root, folder)));

interface Report {
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly to: string; readonly rule: { readonly name: string } }[];
  };
  readonly modules: readonly { readonly source: string }[];
}

/** file to plant → its import → the rule that must refuse it */
const planted: readonly (readonly [string, string, string])[] = [
  ['src/lib/planted.ts', '../config.ts', 'lib-is-domain-free'],
  ['src/formats/planted.ts', 'node:fs', 'formats-without-io'],
  ['src/api/planted.ts', 'node:fs', 'api-without-node'],
  ['src/backends/blobs/planted.ts', '../db/port.ts', 'ports-apart'],
  ['src/data/planted.ts', '../backends/db/sqlite.ts', 'domains-use-port-types'],
  ['src/data/planted.ts', 'node:child_process', 'domains-without-effects'],
  ['src/data/planted.ts', '../registry/index.ts', 'domain-order-data'],
  ['src/access/planted.ts', '../config.ts', 'domains-know-domains'],
  ['src/server/planted.ts', '../access/queries.ts', 'server-speaks-http'],
  ['src/cli/planted.ts', '../server/index.ts', 'cli-hosts-only-serve'],
  ['src/cli/planted.ts', '../backends/git/git.ts', 'cli-composes'],
  ['src/pipelines/planted.ts', '../server/index.ts', 'nobody-imports-server-or-cli'],
  ['sdk/src/planted.ts', '../../src/errors.ts', 'sdk-stands-alone'],
];

const files = planted.map(([file], index) => join(root, file.replace('planted', `planted-${index}`)));
try {
  planted.forEach(([, target], index) =>
    writeFileSync(files[index]!, `import '${target}';\nimport * as planted from '${target}';\nexport const it = planted;\n`),
  );
  const report = cruise();
  const isPlanted = (source: string): boolean => /planted-\d+\.ts$/.test(source);
  const real = report.summary.violations.filter((violation) => !isPlanted(violation.from));
  for (const { from, to, rule } of real) console.error(`${rule.name}: ${from} → ${to}`);
  const unproved = planted.filter(([, , rule], index) => {
    const source = planted[index]![0].replace('planted', `planted-${index}`);
    return !report.summary.violations.some((violation) => violation.from === source && violation.rule.name === rule);
  });
  for (const [file, target, rule] of unproved) console.error(`the rule ${rule} let ${file} import ${target}`);
  const seen = new Set(report.modules.map((module) => module.source));
  const unseen = sources().filter((source) => !seen.has(source));
  for (const source of unseen) console.error(`not seen: ${source}`);
  console.log(`${seen.size} modules seen, ${planted.length} planted imports refused`);
  if (real.length + unproved.length + unseen.length > 0 || seen.size < 50) process.exitCode = 1;
} finally {
  for (const file of files) rmSync(file, { force: true });
}

function cruise(): Report {
  const args = ['-c', '.dependency-cruiser.cjs', '-T', 'json', ...folders];
  const { stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/depcruise'), args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (stdout === '') throw new Error(`dependency-cruiser printed nothing: ${stderr}`);
  return JSON.parse(stdout) as Report;
}

function sources(): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
      .map((name) => `${folder}/${name}`),
  );
}
