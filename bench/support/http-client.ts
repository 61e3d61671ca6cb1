/**
 * A client that costs little: it shares two cores with the servers it measures, and `node:http` takes as long for a call as
 * they do. One socket a connection, one request at a time on each, answers with a length or in chunks.
 */
import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

export class Connection {
  readonly #port: number;
  readonly #limitMs: number;
  readonly #headers: string;
  #socket: Socket | undefined;
  #received: Buffer = Buffer.alloc(0);
  #waiting: Waiting | undefined;

  /** @param limitMs a call that takes longer has failed */
  constructor(port: number, limitMs: number, headers: Readonly<Record<string, string>> = { 'content-type': 'application/json' }) {
    this.#port = port;
    this.#limitMs = limitMs;
    this.#headers = Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
  }

  send(method: string, path: string, body: string): Promise<Answer> {
    const head = `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1:${this.#port}\r\n${this.#headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n`;
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket ??= this.#open();
      this.#socket.write(head + body);
    });
  }

  /** Sends what was encoded before: `JSON.stringify` of a thousand metrics is not the server's work. */
  post(path: string, body: string): Promise<Answer> {
    return this.send('POST', path, body);
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #open(): Socket {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    this.#received = Buffer.alloc(0);
    const fail = (error: Error): void => {
      if (this.#socket === socket) this.#socket = undefined;
      socket.destroy();
      this.#waiting?.reject(error);
      this.#waiting = undefined;
    };
    socket.setTimeout(this.#limitMs, () => fail(new Error(`no answer in ${this.#limitMs / 1000} s`)));
    socket.on('error', fail).on('close', () => this.#socket === socket && fail(new Error('the server closed the connection')));
    socket.on('data', (chunk) => {
      this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
      const answer = parseAnswer(this.#received);
      if (answer === undefined) return;
      this.#received = Buffer.alloc(0);
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (answer.closes) this.close();
      waiting?.resolve(answer);
    });
    return socket;
  }
}

/** The answer, once all of it is there. */
function parseAnswer(bytes: Buffer): (Answer & { readonly closes: boolean }) | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const head = bytes.toString('latin1', 0, end).toLowerCase();
  const status = Number(head.slice(9, 12));
  const closes = head.includes('\r\nconnection: close');
  const length = /\r\ncontent-length: *(\d+)/.exec(head);
  if (length !== null) {
    const stop = end + 4 + Number(length[1]);
    return bytes.length < stop ? undefined : { status, closes, body: bytes.toString('utf8', end + 4, stop) };
  }
  const body = parseChunks(bytes, end + 4);
  return body === undefined ? undefined : { status, closes, body };
}

function parseChunks(bytes: Buffer, from: number): string | undefined {
  const parts: Buffer[] = [];
  for (let at = from; ;) {
    const line = bytes.indexOf('\r\n', at);
    if (line === -1) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    const next = line + 2 + size + 2;
    if (bytes.length < next) return undefined;
    if (size === 0) return Buffer.concat(parts).toString();
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = next;
  }
}
