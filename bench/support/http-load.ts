/** One request over and over: as fast as the server answers, or at a steady rate. */
import { Connection } from './http-client.ts';

/** What is asked: a POST that a 200 answers. */
export interface Target {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Load {
  readonly perSecond: number;
  /** Time from when a request was due to its answer, in milliseconds. */
  readonly latenciesMs: readonly number[];
  /** Answers other than 200, broken connections, and waits beyond a minute. */
  readonly failures: number;
}

const callLimitMs = 60_000;

/** As many requests as the connections carry, one at a time each. */
export function saturate(target: Target, connections: number, seconds: number): Promise<Load> {
  const until = performance.now() + seconds * 1000;
  return load(target, connections, async () => {
    const now = performance.now();
    return now < until ? now : undefined;
  });
}

/** Requests at a steady rate; one that finds no free connection waits, and its waiting counts. */
export function pace(target: Target, perSecond: number, connections: number, seconds: number): Promise<Load> {
  const total = Math.max(1, Math.round(perSecond * seconds));
  const began = performance.now();
  let next = 0;
  return load(target, connections, async () => {
    if (next === total) return undefined;
    const due = began + (next++ * 1000) / perSecond;
    await until(due);
    return due;
  });
}

/** @param nextDue when the next request is due, once it is; undefined where there is none */
async function load({ port, path, headers, body }: Target, connections: number, nextDue: () => Promise<number | undefined>): Promise<Load> {
  const latenciesMs: number[] = [];
  let failures = 0;
  const began = performance.now();
  const ask = async (connection: Connection): Promise<void> => {
    for (let due = await nextDue(); due !== undefined; due = await nextDue()) {
      // What fails is counted and printed: a peer that breaks under load is a result too.
      const { status } = await connection.post(path, body).catch(() => ({ status: 0 }));
      if (status === 200) latenciesMs.push(performance.now() - due);
      else failures += 1;
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, () => ask(new Connection(port, callLimitMs, headers))));
  return { perSecond: latenciesMs.length / ((performance.now() - began) / 1000), latenciesMs, failures };
}

/** A timer is a millisecond coarse: the rest of the wait gives way to the sockets and looks again. */
async function until(due: number): Promise<void> {
  for (let left = due - performance.now(); left > 0; left = due - performance.now()) {
    await new Promise<void>((resolve) => (left > 3 ? setTimeout(resolve, left - 2) : setImmediate(resolve)));
  }
}
