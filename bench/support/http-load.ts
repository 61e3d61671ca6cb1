/**
 * A client that costs little: requests made of ready bytes on kept-alive sockets, so that what is measured is the server.
 * It reads status line and Content-Length, nothing else; a peer that answers in chunks is refused.
 */
import { connect, type Socket } from 'node:net';

/** The bytes of one POST. */
export function postRequest(path: string, headers: Readonly<Record<string, string>>, body: string): Buffer {
  const bytes = Buffer.from(body);
  const lines = Object.entries({ host: '127.0.0.1', ...headers, 'content-length': String(bytes.length) }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`), bytes]);
}

export interface Load {
  readonly perSecond: number;
  /** Time from when a request was due to its answer, in milliseconds, ascending. */
  readonly latenciesMs: readonly number[];
  /** Answers other than 200, and broken connections. */
  readonly failures: number;
}

interface Connection {
  /** Sends the request and resolves with whether the answer was a 200. */
  ask(): Promise<boolean>;
  close(): void;
}

/** As many requests as the connections carry, one at a time each. */
export async function saturate(port: number, request: Buffer, connections: number, seconds: number): Promise<Load> {
  const latenciesMs: number[] = [];
  let failures = 0;
  const began = performance.now();
  const until = began + seconds * 1000;
  await withConnections(port, request, connections, async (opened) => {
    await Promise.all(
      opened.map(async (connection) => {
        for (let start = performance.now(); start < until; start = performance.now()) {
          if (await connection.ask()) latenciesMs.push(performance.now() - start);
          else failures += 1;
        }
      }),
    );
  });
  const elapsed = (performance.now() - began) / 1000;
  return { perSecond: latenciesMs.length / elapsed, latenciesMs: latenciesMs.toSorted((a, b) => a - b), failures };
}

/** Requests at a steady rate; one that finds no free connection waits, and its waiting counts. */
export async function pace(port: number, request: Buffer, perSecond: number, connections: number, seconds: number): Promise<Load> {
  const latenciesMs: number[] = [];
  let failures = 0;
  const total = Math.max(1, Math.round(perSecond * seconds));
  const began = performance.now();
  await withConnections(port, request, connections, async (opened) => {
    let next = 0;
    await Promise.all(
      opened.map(async (connection) => {
        while (next < total) {
          const due = began + (next++ * 1000) / perSecond;
          await until(due);
          if (await connection.ask()) latenciesMs.push(performance.now() - due);
          else failures += 1;
        }
      }),
    );
  });
  const elapsed = (performance.now() - began) / 1000;
  return { perSecond: latenciesMs.length / elapsed, latenciesMs: latenciesMs.toSorted((a, b) => a - b), failures };
}

/** A timer is a millisecond coarse: the rest of the wait gives way to the sockets and looks again. */
async function until(due: number): Promise<void> {
  for (let left = due - performance.now(); left > 0; left = due - performance.now()) {
    await new Promise<void>((resolve) => (left > 3 ? setTimeout(resolve, left - 2) : setImmediate(resolve)));
  }
}

async function withConnections(port: number, request: Buffer, count: number, act: (opened: Connection[]) => Promise<void>): Promise<void> {
  const opened = await Promise.all(Array.from({ length: count }, () => open(port, request)));
  try {
    await act(opened);
  } finally {
    for (const connection of opened) connection.close();
  }
}

async function open(port: number, request: Buffer): Promise<Connection> {
  const socket = await dial(port);
  let answered: ((ok: boolean) => void) | undefined;
  let received: Buffer[] = [];
  let missing: number | undefined;
  let ok = false;
  const settle = (value: boolean): void => {
    const resolve = answered;
    answered = undefined;
    received = [];
    missing = undefined;
    resolve?.(value);
  };
  socket.on('data', (chunk: Buffer) => {
    if (missing === undefined) {
      received.push(chunk);
      const head = headOf(Buffer.concat(received));
      if (head === undefined) return;
      ({ ok, missing } = head);
    } else missing -= chunk.length;
    if (missing <= 0) settle(ok);
  });
  socket.on('error', () => settle(false)).on('close', () => settle(false));
  return {
    ask: () =>
      new Promise((resolve) => {
        if (socket.destroyed) throw new Error(`the server on port ${port} closed a connection that was to be kept alive`);
        answered = resolve;
        socket.write(request);
      }),
    close: () => void socket.destroy(),
  };
}

/** Whether the answer is a 200, and how many bytes of its body are still to come. */
function headOf(bytes: Buffer): { readonly ok: boolean; readonly missing: number } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head);
  if (length === null) throw new Error(`an answer without Content-Length: ${head.slice(0, 300)}`);
  return { ok: head.startsWith('HTTP/1.1 200'), missing: Number(length[1]) - (bytes.length - end - 4) };
}

function dial(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}
