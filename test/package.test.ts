/** The packed package, installed in an empty folder with an empty npm configuration, works by itself. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanEnvironment } from './support/server.ts';

const checkout = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'millwright-package-'));
const env = { ...cleanEnvironment(), HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), DVC_NO_ANALYTICS: '1' };

beforeAll(() => {
  // The bundle is built already; packing it again would pull it from under the tests that run beside this one.
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: checkout,
    encoding: 'utf8',
  });
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const configuration = join(folder, 'empty-npmrc');
  writeFileSync(configuration, '');
  execFileSync('npm', ['install', '--userconfig', configuration, '--no-audit', '--no-fund', join(folder, filename)], {
    cwd: folder,
    env,
    stdio: 'pipe',
  });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function npx(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('npx', ['--no-install', 'millwright', ...args], { cwd: folder, env, encoding: 'utf8' });
  expect(status, `${args.join(' ')}: ${stderr}`).toBe(0);
  return stdout;
}

test('npx millwright does the first steps of the demo: init, add, push, delete, pull, status', () => {
  expect(npx('--version').trim()).toBe((JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { version: string }).version);
  execFileSync('git', ['init', '--quiet'], { cwd: folder, env });
  npx('init');
  writeFileSync(join(folder, 'data.csv'), 'time,load\n0,1\n');
  npx('add', 'data.csv');
  npx('remote', 'add', '-d', 'storage', join(folder, 'storage'));
  npx('push');
  rmSync(join(folder, 'data.csv'));
  rmSync(join(folder, '.dvc/cache'), { recursive: true });
  npx('pull');
  expect(readFileSync(join(folder, 'data.csv'), 'utf8')).toBe('time,load\n0,1\n');
  expect(npx('status')).toContain('Data and pipelines are up to date.');
});

test('the installed package holds the pages and no source', () => {
  const listing = execFileSync('find', ['node_modules/millwright', '-type', 'f'], { cwd: folder, encoding: 'utf8' }).split('\n');
  expect(listing).toContain('node_modules/millwright/dist/web/index.html');
  expect(listing).toContain('node_modules/millwright/dist/writer.js');
  expect(listing.filter((file) => file.startsWith('node_modules/millwright/src/'))).toEqual([]);
});
