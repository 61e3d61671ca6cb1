import type { Command } from 'commander';
import type { CreateToken } from '../api/tokens.ts';
import { MillwrightError } from '../errors.ts';
import type { Io } from './command.ts';
import { remoteApi } from './remote.ts';
import { printTable } from './table.ts';
import { age } from './format.ts';

const grantable = ['admin', 'editor', 'viewer'] as const satisfies readonly CreateToken['role'][];
export function configure(command: Command, io: Io): void {
  command
    .command('create')
    .description('make a token; it is printed once')
    .requiredOption('--name <text>', 'what the token is for')
    .option('--role <role>', `one of ${grantable.join(', ')}`, 'editor')
    .option('--days <number>', 'days until it ends (default: never)')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ millwright tokens create --name laptop --role editor --days 90')
    .action((options: { name: string; role: string; days?: string; json?: boolean }) => create(options, io));
  command
    .command('list')
    .description('show all tokens, without their secrets')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ millwright tokens list')
    .action((options: { json?: boolean }) => list(options, io));
  command
    .command('revoke <id>')
    .description('end a token at once')
    .addHelpText('after', '\nExample:\n  $ millwright tokens revoke 0192f0c1d2e37b8a9c0d1e2f3a4b5c6d')
    .action((id: string) => revoke(id, io));
  command.addHelpText('after', '\nExample:\n  $ millwright tokens create --name laptop --role editor');
}

async function create(options: { name: string; role: string; days?: string; json?: boolean }, io: Io): Promise<void> {
  const { api } = await remoteApi(io);
  const role = grantable.find((known) => known === options.role);
  if (role === undefined) throw new MillwrightError('USAGE', `--role is '${options.role}': it must be one of ${grantable.join(', ')}`);
  const created = await api.createToken({ name: options.name, role, ...(options.days === undefined ? {} : { days: days(options.days) }) });
  io.stdout(options.json === true ? `${JSON.stringify(created)}\n` : `${created.token}\n`);
  if (options.json !== true) io.stderr('Keep it now: it is not shown again. Use it as MILLWRIGHT_TOKEN or MLFLOW_TRACKING_TOKEN.\n');
}

function days(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 3650) return value;
  throw new MillwrightError('USAGE', `--days is '${text}': it must be a whole number from 1 to 3650`);
}

async function list(options: { json?: boolean }, io: Io): Promise<void> {
  const { api } = await remoteApi(io);
  const { items } = await api.tokens();
  if (options.json === true) return io.stdout(`${JSON.stringify(items)}\n`);
  const now = Date.now();
  const rows = items.map((token) => [token.id, token.name, token.role, age(now - token.createdAt), state(token, now)]);
  printTable(io, ['ID', 'NAME', 'ROLE', 'MADE', 'STATE'], rows);
}

function state(token: { expiresAt: number | null; revokedAt: number | null }, now: number): string {
  if (token.revokedAt !== null) return 'revoked';
  if (token.expiresAt === null) return 'active';
  return token.expiresAt <= now ? 'expired' : `ends in ${Math.ceil((token.expiresAt - now) / 86_400_000)} d`;
}

async function revoke(id: string, io: Io): Promise<void> {
  const { api } = await remoteApi(io);
  await api.revokeToken(id);
  io.stdout(`Revoked ${id}\n`);
}
