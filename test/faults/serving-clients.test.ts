/** Clients of an endpoint that send too much, too slowly, or nothing at all: nobody else waits for them, and nothing is kept of them. */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { apiOf, askLine, goodBody, moveChampion, serveLine } from '../support/served-line.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const path = '/endpoints/line/invocations';
const mib = 1024 * 1024;
const waiting = { timeout: 60_000, interval: 50 };
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await serveLine(server, 1);
  await moveChampion(server, 1);
  await vi.waitUntil(async () => (await apiOf(server).endpoint('line')).endpoint.state === 'serving', waiting);
}, 180_000);

afterAll(async () => {
  await server.stop();
});

/** A connection on which the head of a request has been sent, and what it was answered so far. */
interface Client {
  readonly socket: Socket;
  readonly answer: () => string;
  readonly ended: Promise<void>;
}

function begin(head: readonly string[]): Promise<Client> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect({ host: hostname, port: Number(port) }, () => {
      const lines = [`POST ${path} HTTP/1.1`, `host: ${hostname}:${port}`, `authorization: Bearer ${server.token}`, ...head];
      socket.write(`${lines.join('\r\n')}\r\n\r\n`);
      resolve({ socket, answer: () => answer, ended });
    });
    // A server that has refused closes while the client still sends: what is left then is the answer.
    const ended = new Promise<void>((close) => socket.once('close', () => close()));
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.once('connect', () => socket.off('error', reject).on('error', () => socket.destroy()));
    socket.once('error', reject);
  });
}

const json = 'content-type: application/json';
const residentMiB = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))![1]) / 1024;

test('100 MB that are announced are refused before any of them is sent', async () => {
  const client = await begin([json, `content-length: ${100 * mib}`]);
  await expect.poll(client.answer, waiting).toMatch(/^HTTP\/1\.1 413 /);
  expect(client.answer()).toContain('larger than the 16777216 bytes');
  client.socket.destroy();
});

test('100 MB in chunks are refused at the limit and not kept, and a client that reads only after its last byte is answered', async () => {
  const before = residentMiB();
  const client = await begin([json, 'transfer-encoding: chunked']);
  client.socket.pause();
  const chunk = Buffer.concat([Buffer.from(`${mib.toString(16)}\r\n`), Buffer.alloc(mib, 0x20), Buffer.from('\r\n')]);
  for (let sent = 0; sent < 100; sent += 1) {
    if (!client.socket.write(chunk)) await Promise.race([new Promise((resolve) => client.socket.once('drain', resolve)), client.ended]);
  }
  client.socket.resume();
  await expect.poll(client.answer, waiting).toMatch(/^HTTP\/1\.1 413 /);
  client.socket.destroy();
  expect(residentMiB() - before).toBeLessThan(100);
});

test('while 1,000 clients stall in the middle of their bodies, others are answered, and so are they in the end', async () => {
  const before = residentMiB();
  const half = Math.floor(goodBody.length / 2);
  const clients = await Promise.all(Array.from({ length: 1000 }, () => begin([json, `content-length: ${goodBody.length}`])));
  for (const { socket } of clients) socket.write(goodBody.slice(0, half));
  for (let turn = 0; turn < 50; turn += 1) expect((await askLine(server, goodBody)).status).toBe(200);
  expect(clients.filter(({ answer }) => answer() !== '')).toEqual([]);
  expect(residentMiB() - before).toBeLessThan(150);
  for (const { socket } of clients) socket.write(goodBody.slice(half));
  for (const { answer } of clients) await expect.poll(answer, waiting).toMatch(/^HTTP\/1\.1 200 [^]*"predictions"/);
  for (const { socket } of clients) socket.destroy();
}, 120_000);

test('clients that go away in the middle of their bodies leave no connection behind', async () => {
  const connections = (): number => readFileSync(`/proc/${server.pid}/net/tcp`, 'utf8').split('\n').filter(isOpen).length;
  // Those of the tests before have gone; what stays is kept alive by this process.
  await expect.poll(connections, waiting).toBeLessThan(20);
  const before = connections();
  const clients = await Promise.all(Array.from({ length: 200 }, () => begin([json, 'content-length: 1000'])));
  for (const { socket } of clients) socket.write('{');
  await expect.poll(connections, waiting).toBeGreaterThanOrEqual(200);
  for (const { socket } of clients) socket.destroy();
  await expect.poll(connections, waiting).toBeLessThanOrEqual(before);
  expect((await askLine(server, goodBody)).status).toBe(200);
});

/** A line of `/proc/net/tcp`: a connection of the server's own port that is established, or that waits for the server to close it. */
function isOpen(line: string): boolean {
  const [, local = '', , state = ''] = line.trim().split(/\s+/);
  const port = Number(new URL(server.url).port).toString(16).toUpperCase().padStart(4, '0');
  return local.endsWith(`:${port}`) && ['01', '08'].includes(state);
}
