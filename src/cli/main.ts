import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { MillwrightError } from '../errors.ts';
import { fullDisk } from '../lib/full-disk.ts';
import { version } from '../version.ts';
import type { CommandEntry, Io } from './command.ts';
import { commands } from './commands.ts';

/** Runs one command line and returns the exit status. Never throws. */
export async function main(words: readonly string[], start: Io): Promise<number> {
  try {
    const { argv, io } = startingIn(words, start);
    const name = argv.find((word) => !word.startsWith('-'));
    const entry = commands.find((candidate) => name !== undefined && [candidate.name, candidate.alias].includes(name));
    const program = entry === undefined ? overview(io) : await programOf(entry, io);
    await program.parseAsync(argv.length === 0 ? ['--help'] : [...argv], { from: 'user' });
    return io.exitCode;
  } catch (error) {
    return report(error, { json: words.includes('--json') }, start);
  }
}

/** DVC's `--cd PATH` before the command: as if the program had been started there. */
function startingIn(argv: readonly string[], io: Io): { readonly argv: readonly string[]; readonly io: Io } {
  const [word, path] = argv;
  if (word !== '--cd' || path === undefined) return { argv, io };
  const cwd = resolve(io.cwd, path);
  if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new MillwrightError('USAGE', `--cd '${path}': there is no such folder`);
  return { argv: argv.slice(2), io: { ...io, cwd } };
}

/** All commands with their summaries, none of them loaded: what `--help` prints and misspelt names are compared with. */
function overview(io: Io): Command {
  const program = root(io);
  for (const entry of commands) declared(program, entry).helpGroup(`${entry.group}:`).helpOption(false);
  program.addHelpText('after', '\nRun `millwright COMMAND --help` for its options and an example.');
  return program;
}

async function programOf(entry: CommandEntry, io: Io): Promise<Command> {
  const program = root(io);
  const command = declared(program, entry);
  (await entry.load()).configure(command, io);
  return program;
}

function declared(program: Command, { name, alias, summary }: CommandEntry): Command {
  const command = program.command(name).description(summary);
  return alias === undefined ? command : command.alias(alias);
}

function root(io: Io): Command {
  return new Command('millwright')
    .description('The whole machine-learning loop in one program.')
    .version(version, '-V, --version')
    .option('--cd <path>', 'run the command in this folder; to be given first')
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeOut: io.stdout, writeErr: io.stderr });
}

function report(error: unknown, { json }: { readonly json: boolean }, io: Io): number {
  // Commander has printed what it has to say.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : new MillwrightError('USAGE', error.message).exit;
  const known = error instanceof MillwrightError ? error : internal(error);
  if (json) io.stderr(`${JSON.stringify({ error: { code: known.code, message: known.message, ...known.details } })}\n`);
  else io.stderr(`millwright: ${known.message}\n`);
  return known.exit;
}

function internal(error: unknown): MillwrightError {
  if (error instanceof Error && error.name === 'AbortError') return new MillwrightError('INTERRUPTED', 'interrupted', { cause: error });
  const full = fullDisk(error, `cannot write${placeOf(error)}`);
  if (full !== undefined) return full;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new MillwrightError('INTERNAL_ERROR', `internal error, please report it:\n${text}`, { cause: error });
}

/** The file that a failed system call was to write, as far as it is known. */
function placeOf(error: unknown): string {
  const { path, dest } = error as { readonly path?: unknown; readonly dest?: unknown };
  const place = dest ?? path;
  return typeof place === 'string' ? ` '${place}'` : '';
}
