/** `millwright predictions tail`: a file that another program writes, followed into a server. */
import { appendFileSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Prediction } from '../../src/api/predictions.ts';
import { newFolder } from '../predictions/harness.ts';
import { millwright } from '../support/command.ts';
import { bearer, send } from '../support/http.ts';
import { startMillwright, type ServeProcess } from '../support/serve-process.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let stateDirectory: string;
let home: string;
let file: string;
/** Each test has an endpoint of its own. */
let endpoint: string;

beforeAll(async () => {
  stateDirectory = newFolder();
  server = await startTestServer({ stateDirectory });
});
afterAll(() => server.stop());
beforeEach(({ task }) => {
  home = newFolder();
  file = join(home, 'log.jsonl');
  endpoint = `e${task.id.replaceAll(/\W/g, '')}`;
});

const tail = (...words: string[]): ServeProcess =>
  startMillwright(home, ['predictions', 'tail', file, '--endpoint', endpoint, ...words], {
    cwd: home,
    env: { MILLWRIGHT_URL: server.url, MILLWRIGHT_TOKEN: server.token },
  });
const line = (index: number): string => `${JSON.stringify({ request_id: `r${index}`, features: { x: index }, prediction: index })}\n`;
const lines = (from: number, to: number): string => Array.from({ length: to - from }, (_, index) => line(from + index)).join('');

async function kept(): Promise<Prediction[]> {
  const { text } = await send(server.url, { path: `/api/1/predictions?endpoint=${endpoint}&limit=1000`, headers: bearer(server.token) });
  return (JSON.parse(text) as { items: Prediction[] }).items;
}

async function keptAre(count: number): Promise<void> {
  const expected = Array.from({ length: count }, (_, index) => index);
  const found = async (): Promise<number[]> => (await kept()).map(({ features }) => Number(features!['x'])).toSorted((a, b) => a - b);
  await vi.waitFor(async () => expect(await found()).toEqual(expected), { timeout: 60_000, interval: 100 });
}

test('a growing file is sent once, over rotation, truncation and kill -9', async () => {
  const first = tail();
  await first.says(/Following .* from its start/);
  writeFileSync(file, lines(0, 5));
  await keptAre(5);
  appendFileSync(file, lines(5, 10));
  renameSync(file, `${file}.1`);
  writeFileSync(file, lines(10, 15));
  await keptAre(15);
  first.kill('SIGKILL');
  await first.ended;
  appendFileSync(file, lines(15, 20));
  renameSync(file, `${file}.2`);
  writeFileSync(file, lines(20, 300));
  const second = tail();
  await second.says(/going on at line \d+/);
  await keptAre(300);
  truncateSync(file, 0);
  await second.says(/the file was cut off: it is read from its start/);
  appendFileSync(file, line(300));
  await keptAre(301);
  second.kill('SIGTERM');
  expect(await second.ended).toBe(0);
});

test('lines that cannot be kept are told with their number and passed over, or end it where that is wanted', async () => {
  const bad = Buffer.concat([Buffer.from('{"features":{"x":"'), Buffer.of(0xe9), Buffer.from('"}}\n{"features":{"x":1e999}}\n')]);
  writeFileSync(file, `${line(0)}not json\n\n[1]\n{"request_id":"","features":{"x":9}}\n${line(1)}`);
  appendFileSync(file, bad);
  appendFileSync(file, '{"half a line":');
  const passing = tail('--once');
  expect(await passing.ended).toBe(65);
  expect(passing.stderr()).toContain(`${file}:2: the line is not JSON: `);
  expect(passing.stderr()).toContain(`${file}:4: the line is no JSON object\n`);
  expect(passing.stderr()).toMatch(/:5: .*request_id/);
  expect(passing.stderr()).toContain(`${file}:7: the line is not UTF-8\n`);
  expect(passing.stderr()).toContain(`${file}:8: 'features.x' is a number beyond ±1.8e308: send it as a text, or null\n`);
  expect(passing.stderr()).toContain(`${file}: the last line has no end yet: it is left for the next time\n`);
  expect(passing.stderr()).toContain('2 kept, 0 already there, 5 refused\n');
  await keptAre(2);

  endpoint = `${endpoint}-stops`;
  const stopping = tail('--once', '--stop-on-error');
  expect(await stopping.ended).toBe(65);
  expect(stopping.stderr()).toContain(`line 2 of ${file} cannot be kept: mend it and start again`);
  const again = tail('--once', '--stop-on-error');
  expect(await again.ended).toBe(65);
  expect(again.stderr()).toContain('going on at line 2');
});

test('lines without a request id come once, however often they are read', async () => {
  writeFileSync(file, '{"features":{"x":0}}\n{"features":{"x":1}}\n{"features":{"x":1}}\n');
  expect(await tail('--once').ended).toBe(0);
  const other = startMillwright(newFolder(), ['predictions', 'tail', file, '--endpoint', endpoint, '--once'], {
    cwd: home,
    env: { MILLWRIGHT_URL: server.url, MILLWRIGHT_TOKEN: server.token },
  });
  expect(await other.ended).toBe(0);
  expect(other.stderr()).toContain('0 kept, 3 already there, 0 refused');
  expect((await kept()).map(({ features }) => Number(features!['x'])).toSorted((a, b) => a - b)).toEqual([0, 1, 1]);
});

test('while the server is away the lines wait', async () => {
  const process = tail();
  await process.says(/Following/);
  const port = new URL(server.url).port;
  await server.stop();
  writeFileSync(file, lines(0, 3));
  await process.says(/the server does not take records now, they are sent again/);
  server = await startTestServer({ stateDirectory, args: ['--port', port] });
  await keptAre(3);
  process.kill('SIGTERM');
  expect(await process.ended).toBe(0);
  expect(process.stderr()).toContain('3 kept, 0 already there, 0 refused\n');
});

test('a file that is not there is told, where nobody waits for it', async () => {
  const process = tail('--once');
  expect(await process.ended).toBe(66);
  expect(process.stderr()).toContain(`${file} does not exist: name a file of JSON lines, or leave --once out to wait for it`);
});

test('a second one that follows the same to the same is refused, and takes over once the first has ended', async () => {
  const first = tail();
  await first.says(/Following/);
  const second = tail();
  expect(await second.ended).toBe(75);
  expect(second.stderr()).toMatch(
    /log\.jsonl is followed already, by process \d+, to the same server and endpoint: end that process first/,
  );
  first.kill('SIGKILL');
  await first.ended;
  writeFileSync(file, line(0));
  expect(await tail('--once').ended).toBe(0);
  await keptAre(1);
});

test('a position that is damaged is told with the remedy, and the remedy helps', async () => {
  writeFileSync(file, lines(0, 2));
  expect(await tail('--once').ended).toBe(0);
  const folder = join(home, 'millwright/tails');
  const position = join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.json'))!,
  );
  for (const damaged of ['', '{"version":1,"posi', '{"version":1,"position":{"offset":-1}}', 'null']) {
    writeFileSync(position, damaged);
    const refused = tail('--once');
    expect(await refused.ended).toBe(78);
    expect(refused.stderr()).toContain(
      `${position} does not tell any more where ${file} was left: remove it, and ${file} is read from its start`,
    );
  }
  rmSync(position);
  const again = tail('--once');
  expect(await again.ended).toBe(0);
  expect(again.stderr()).toContain('0 kept, 2 already there, 0 refused');
});

test('send tells the same lines with their numbers', async () => {
  const text = `${line(0)}{"features":{"x":1e999}}\n`.replaceAll('"features"', `"endpoint":"${endpoint}","features"`);
  const rest = `{"request_id":"many","endpoint":"${endpoint}","features":[{"x":8},{"x":9}],"prediction":3}`;
  writeFileSync(file, Buffer.concat([Buffer.from(text), Buffer.from('"'), Buffer.of(0xff), Buffer.from('"\n'), Buffer.from(rest)]));
  const sent = await millwright(home, { MILLWRIGHT_URL: server.url, MILLWRIGHT_TOKEN: server.token }, 'predictions', 'send', file);
  expect(sent).toMatchObject({ status: 65, stdout: '1 kept, 0 already there, 3 refused\n' });
  expect(sent.stderr).toBe(
    [
      `${file}:2: 'features.x' is a number beyond ±1.8e308: send it as a text, or null`,
      `${file}:3: the line is not UTF-8`,
      `${file}:4: 'features' is a list of 2 rows and 'prediction' no list: send a list with a prediction for each row`,
      '',
    ].join('\n'),
  );
  await keptAre(1);
});
