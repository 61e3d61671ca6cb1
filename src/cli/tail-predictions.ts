import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { millwrightApi } from '../../sdk/src/index.ts';
import type { SentResult } from '../api/predictions.ts';
import { MillwrightError } from '../errors.ts';
import { FollowedFile, type FileLine, type FilePosition } from '../lib/followed-file.ts';
import type { Io } from './command.ts';
import { callOf, type Api } from './remote.ts';
import { requireServer } from './project-server.ts';
import { readRecord, sendEach } from './send-each.ts';

export interface TailOptions {
  readonly endpoint?: string;
  readonly stopOnError?: boolean;
  readonly once?: boolean;
}

/** What a tail has done so far, and where it goes on. */
interface Tail {
  readonly file: string;
  readonly options: TailOptions;
  readonly keepPosition: (position: FilePosition) => void;
  readonly io: Io;
  kept: number;
  alreadyThere: number;
  refused: number;
}

const lookEveryMs = 500;
const longestPauseMs = 60_000;
const answerMs = 60_000;
const batchLines = 1000;

/**
 * Sends each line of a growing file, once: the position is written down after its lines are kept, and what a kill makes come again has the
 * same request id.
 */
export async function tailPredictions(file: string, options: TailOptions, io: Io): Promise<void> {
  const path = resolve(io.cwd, file);
  if (options.once === true && !existsSync(path))
    throw new MillwrightError(
      'RESOURCE_DOES_NOT_EXIST',
      `${file} does not exist: name a file of JSON lines, or leave --once out to wait for it`,
    );
  const server = await requireServer(io);
  // Loaded here: the list of commands needs none of it.
  const { holdTailPosition } = await import('./tail-position.ts');
  using held = new DisposableStack();
  const positions = held.adopt(holdTailPosition(io.config.userDataDir, file, [server.url, options.endpoint, path]), (one) => one.release());
  const position = positions.read();
  const tail: Tail = { file, options, keepPosition: (next) => positions.write(next), io, kept: 0, alreadyThere: 0, refused: 0 };
  io.stderr(position === undefined ? `Following ${file} from its start.\n` : `Following ${file}, going on at line ${position.line}.\n`);
  const followed = new FollowedFile(path, position, (message) => io.stderr(`${file}: ${message}\n`));
  // A batch that is on its way when the command is told to end is waited for.
  const api = (): Api => millwrightApi(callOf(server, AbortSignal.timeout(answerMs)));
  try {
    while (!io.signal.aborted) {
      const lines = await followed.read();
      for (let from = 0; from < lines.length && !io.signal.aborted; from += batchLines)
        await sendLines(lines.slice(from, from + batchLines), tail, api);
      if (lines.length > 0) continue;
      if (options.once === true) {
        if (await followed.hasUnended()) io.stderr(`${file}: the last line has no end yet: it is left for the next time\n`);
        break;
      }
      await pause(lookEveryMs, io);
    }
  } finally {
    await followed.close();
    io.stderr(`${tail.kept} kept, ${tail.alreadyThere} already there, ${tail.refused} refused\n`);
    if (tail.refused > 0) io.exitCode = 65;
  }
}

/** @throws INVALID_PARAMETER_VALUE at the first bad line, where that ends the command; the lines before it are kept */
async function sendLines(lines: readonly FileLine[], tail: Tail, api: () => Api): Promise<void> {
  const read = lines
    .filter(({ text }) => text === undefined || text.trim() !== '')
    .map((line) => ({ line, ...requestOf(line, tail.options.endpoint) }));
  const good = read.filter((one) => one.problem === undefined);
  const result =
    good.length === 0
      ? { kept: 0, alreadyThere: 0, problems: [] }
      : await untilKept(
          api,
          good.map(({ request }) => request),
          tail.io,
        );
  if (result === undefined) return;
  tail.kept += result.kept;
  tail.alreadyThere += result.alreadyThere;
  const problems = [
    ...read.flatMap(({ line, problem }) => (problem === undefined ? [] : [{ line, problem }])),
    ...result.problems.map(({ line, message }) => ({ line: good[line - 1]!.line, problem: message })),
  ].toSorted((a, b) => a.line.number - b.line.number);
  for (const { line, problem } of problems) tail.io.stderr(`${tail.file}:${line.number}: ${problem}\n`);
  // The server tells a hundred of them.
  tail.refused += read.length - result.kept - result.alreadyThere;
  const [first] = problems;
  if (first === undefined || tail.options.stopOnError !== true) return tail.keepPosition(lines.at(-1)!.next);
  tail.keepPosition(first.line.position);
  throw new MillwrightError(
    'INVALID_PARAMETER_VALUE',
    `line ${first.line.number} of ${tail.file} cannot be kept: mend it and start again, or leave --stop-on-error out`,
  );
}

function requestOf({ text, problem, position }: FileLine, endpoint: string | undefined): { request?: object; problem?: string } {
  if (text === undefined) return { problem: problem === 'not UTF-8' ? 'the line is not UTF-8' : 'the line is longer than 4 MiB' };
  const { value, message } = readRecord(text);
  if (message !== undefined) return { problem: message };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { problem: 'the line is no JSON object' };
  // A line without an id is named by its place, so that it comes once however often it is read.
  const place = createHash('sha256')
    .update(JSON.stringify([position.device, position.inode, position.offset, text]))
    .digest('hex');
  return { request: { request_id: place.slice(0, 32), ...value, ...(endpoint === undefined ? {} : { endpoint }) } };
}

/** Tries again while the server is away. Undefined where the command was told to end meanwhile. */
async function untilKept(api: () => Api, requests: readonly unknown[], io: Io): Promise<SentResult | undefined> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await sendEach(api, requests);
    } catch (error) {
      const isAway =
        !(error instanceof MillwrightError) || ['NO_SERVER', 'TEMPORARILY_UNAVAILABLE', 'TOO_MANY_REQUESTS'].includes(error.code);
      if (!isAway) throw error;
      if (failures === 0)
        io.stderr(`the server does not take records now, they are sent again: ${error instanceof Error ? error.message : String(error)}\n`);
      await pause(Math.min(longestPauseMs, lookEveryMs * 2 ** failures), io);
      if (io.signal.aborted) return undefined;
    }
  }
}

/** Ends early, without an error, where the command is told to end. */
async function pause(ms: number, { signal }: Io): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
