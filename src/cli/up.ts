import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import { hasOperator, newLoginCode, openApp, takeState, type App } from '../app.ts';
import { millwrightApi } from '../../sdk/src/index.ts';
import { MillwrightError } from '../errors.ts';
import { isRecording, watchLeases } from '../pipelines/runs/index.ts';
import { isLoopback, startServer, type Server } from '../server/index.ts';
import { readOwnerToken, readServerFile, stateLocked, type OwnedState, type ServerFile } from '../state-directory.ts';
import type { Io } from './command.ts';
import { endWhenIdle } from './end-when-idle.ts';
import { callOf } from './remote.ts';
import { defaultStateDirectory } from './server-address.ts';

interface UpOptions {
  readonly host: string;
  readonly port: string;
  readonly state?: string;
  readonly idleExit?: string;
  readonly json?: boolean;
}

export function configure(command: Command, io: Io): void {
  command
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 picks a free one', '5000')
    .option('--state <folder>', 'where the state lies (default: .millwright of this project, else the user data directory)')
    .option('--idle-exit <duration>', 'end after this long without a request, such as 30s or 5m')
    .option('--json', 'print the ready line as JSON')
    .addHelpText('after', '\nExample:\n  $ millwright up --port 5000\n  $ export MLFLOW_TRACKING_URI=http://127.0.0.1:5000')
    .action((options: UpOptions) => up(options, io));
}

async function up(options: UpOptions, io: Io): Promise<void> {
  const port = portNumber(options.port);
  const idleMs = options.idleExit === undefined ? undefined : durationMs(options.idleExit);
  const directory = options.state === undefined ? defaultStateDirectory(io) : resolve(io.cwd, options.state);
  const state = await ownedState(directory, { stays: idleMs === undefined }, io);
  try {
    const giveWay = idleMs === undefined ? undefined : new AbortController();
    const app = await openApp(directory, io.config, giveWay);
    try {
      await refuseOpenDoor(app, options.host);
      const server = await startServer(app, { host: options.host, port, hosts: io.config.hosts });
      state.publish({ url: urlOf(server), pid: process.pid, endsWhenIdle: idleMs !== undefined }, app.ownerToken);
      watchLeases({ ...app, onError: (error) => app.log.error({ err: error }, 'lost pipeline runs were not looked for') }, io.signal);
      io.stdout(readyLine(server, app, options));
      await ended(server, app, io.signal, idleMs);
      await server.close();
      // A server that cannot reach its state any more tells the one who watches it, by message and exit code.
      if (app.db.broken.aborted) throw app.db.broken.reason;
    } finally {
      await app.close();
    }
  } finally {
    state.release();
  }
}

/**
 * Owns the state. The server that a `repro` started for its records gives way to one that stays, as soon as nothing is
 * recorded there; it does not to one that is itself meant to end.
 * @throws STATE_LOCKED where a server that stays owns it
 */
async function ownedState(directory: string, { stays }: { readonly stays: boolean }, io: Io): Promise<OwnedState> {
  for (let told = false; ; told = true) {
    const state = takeState(directory);
    if (state !== undefined) return state;
    const owner = readServerFile(directory);
    // One that was waited for and has taken its file away is about to go.
    const isLeaving = owner === undefined ? told : owner.endsWhenIdle;
    if (!stays || !isLeaving) throw stateLocked(directory);
    if (owner !== undefined && !told) io.stderr(await askToGiveWay(owner, directory, io));
    await setTimeout(200, undefined, { signal: io.signal });
  }
}

/** @returns what the user is told */
async function askToGiveWay({ url, pid }: ServerFile, directory: string, io: Io): Promise<string> {
  const place = `${url}, process ${pid}`;
  try {
    const { recording } = await millwrightApi(callOf({ url, token: readOwnerToken(directory) }, io.signal)).giveWay();
    if (!recording) return `Taking over from the server that a repro started here (${place}).\n`;
    return `Waiting for the repro that is recorded here (${place}): this server starts when it has ended.\n`;
  } catch (error) {
    // It is leaving already, or knows nothing of giving way
    if (!(error instanceof MillwrightError)) throw error;
    return `Waiting for the server that a repro started here (${place}): it ends when it is idle.\n`;
  }
}

/** Beyond loopback nothing goes without a token that an operator made (DESIGN §9). */
async function refuseOpenDoor(app: App, host: string): Promise<void> {
  if (isLoopback(host) || (await hasOperator(app))) return;
  throw new MillwrightError(
    'CONFIG_INVALID',
    `--host ${host} can be reached from other machines, and nobody made an administrator's token: set MILLWRIGHT_ADMIN_TOKEN, or run \`millwright tokens create --role admin\` on this state first`,
  );
}

function readyLine(server: Server, app: App, options: UpOptions): string {
  const code = newLoginCode(app);
  const url = urlOf(server);
  return options.json === true
    ? `${JSON.stringify({ url, login: `${url}/?code=${code}` })}\n`
    : `Millwright is ready: ${url}/?code=${code}\n`;
}

function urlOf(server: Server): string {
  const host = server.host === '0.0.0.0' || server.host === '::' ? '127.0.0.1' : server.host;
  return `http://${host.includes(':') ? `[${host}]` : host}:${server.port}`;
}

/** What was asked to give way waits so long without a request: a `repro` that has just found it may be about to begin. */
const graceMs = 1_000;

async function ended(server: Server, app: App, stop: AbortSignal, idleMs: number | undefined): Promise<void> {
  const signal = AbortSignal.any([stop, app.db.broken]);
  await new Promise<void>((resolve, reject) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (idleMs !== undefined) endWhenIdle(server, app.endpoints, idleMs, resolve);
    const leave = (): void => {
      const goOn = (recording: boolean): void => (recording ? server.whenIdle(graceMs, leave) : resolve());
      app.db.read(isRecording, { now: app.clock.now() }).then(goOn, reject);
    };
    app.giveWay?.signal.addEventListener('abort', () => server.whenIdle(graceMs, leave), { once: true });
  });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new MillwrightError('USAGE', `--port is '${text}': it must be a whole number from 0 to 65535`);
}

function durationMs(text: string): number {
  const match = /^(\d+)(ms|s|m|h)$/.exec(text);
  if (match === null) throw new MillwrightError('USAGE', `--idle-exit is '${text}': write a number with ms, s, m or h, such as 30s`);
  return Number(match[1]) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] as 'ms' | 's' | 'm' | 'h'];
}
