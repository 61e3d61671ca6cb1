import { homedir } from 'node:os';
import { join } from 'node:path';
import { MillwrightError } from './errors.ts';

/** Settings that come from the environment, resolved once; the only reader of `process.env`. */
export interface Config {
  /** The environment as it was, for stages and Git, which inherit it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `MILLWRIGHT_URL`: the server of remote commands, without a trailing slash. */
  readonly serverUrl: string | undefined;
  /** `MILLWRIGHT_TOKEN`. */
  readonly token: string | undefined;
  /** `MILLWRIGHT_ADMIN_TOKEN`: an administrator's token given by the operator. */
  readonly adminToken: string | undefined;
  /** `MILLWRIGHT_DATABASE_URL`: PostgreSQL instead of the embedded SQLite. */
  readonly databaseUrl: string | undefined;
  /** `MILLWRIGHT_ARTIFACTS_URL` (`s3://bucket/prefix`) with `MILLWRIGHT_S3_ENDPOINT`: S3 instead of the state directory. */
  readonly artifactsUrl: { readonly bucket: string; readonly prefix: string; readonly endpoint: string | undefined } | undefined;
  /** `MILLWRIGHT_HOSTS`: comma-separated host names, besides loopback's, under which the server may be asked. */
  readonly hosts: readonly string[];
  /** `MILLWRIGHT_LOG_LEVEL`: pino's names; `warn` unless set. */
  readonly logLevel: string;
  /** The user's data directory: `$XDG_DATA_HOME/millwright`. */
  readonly userDataDir: string;
  /** The user's cache directory: `$XDG_CACHE_HOME/millwright`. */
  readonly userCacheDir: string;
}

/** Copied: each look into `process.env` itself is a call of the system, and each stage and each Git gets the whole of it. */
export function resolveConfig(env: Readonly<Record<string, string | undefined>> = { ...process.env }): Config {
  const home = env['HOME'] ?? homedir();
  return {
    env,
    serverUrl: serverUrl(nonEmpty(env['MILLWRIGHT_URL'])),
    token: nonEmpty(env['MILLWRIGHT_TOKEN']),
    adminToken: nonEmpty(env['MILLWRIGHT_ADMIN_TOKEN']),
    databaseUrl: databaseUrl(nonEmpty(env['MILLWRIGHT_DATABASE_URL'])),
    artifactsUrl: artifactsUrl(nonEmpty(env['MILLWRIGHT_ARTIFACTS_URL']), nonEmpty(env['MILLWRIGHT_S3_ENDPOINT'])),
    hosts: (env['MILLWRIGHT_HOSTS'] ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    logLevel: logLevel(nonEmpty(env['MILLWRIGHT_LOG_LEVEL']) ?? 'warn'),
    userDataDir: join(nonEmpty(env['XDG_DATA_HOME']) ?? join(home, '.local/share'), 'millwright'),
    userCacheDir: userCacheDir(env),
  };
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}

/** The message leaves the value out: it holds a password. */
function databaseUrl(value: string | undefined): string | undefined {
  // The driver takes an empty host after the user, for a socket's folder in `?host=`.
  if (value === undefined || (/^postgres(ql)?:\/\//.test(value) && URL.canParse(value.replace('@/', '@socket/')))) return value;
  throw new MillwrightError(
    'CONFIG_INVALID',
    'MILLWRIGHT_DATABASE_URL must be postgres://USER:PASSWORD@HOST:PORT/DATABASE, its parts percent-encoded; leave it unset for the embedded database',
  );
}

function artifactsUrl(value: string | undefined, endpoint: string | undefined): Config['artifactsUrl'] {
  if (value === undefined) return undefined;
  const match = /^s3:\/\/([^/]+)\/?(.*)$/.exec(value);
  if (match === null) throw new MillwrightError('CONFIG_INVALID', `MILLWRIGHT_ARTIFACTS_URL is '${value}': it must be s3://BUCKET/PREFIX`);
  if (endpoint !== undefined && !(/^https?:\/\//.test(endpoint) && URL.canParse(endpoint)))
    throw new MillwrightError('CONFIG_INVALID', `MILLWRIGHT_S3_ENDPOINT is '${endpoint}': it must begin with http:// or https://`);
  const prefix = match[2]!.replace(/\/+$/, '');
  return { bucket: match[1]!, prefix: prefix === '' ? '' : `${prefix}/`, endpoint };
}

function logLevel(value: string): string {
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
  if (levels.includes(value)) return value;
  throw new MillwrightError('CONFIG_INVALID', `MILLWRIGHT_LOG_LEVEL is '${value}': it must be one of ${levels.join(', ')}`);
}

function serverUrl(value: string | undefined): string | undefined {
  if (value === undefined || (/^https?:\/\//.test(value) && URL.canParse(value))) return value?.replace(/\/+$/, '');
  throw new MillwrightError('CONFIG_INVALID', `MILLWRIGHT_URL is '${value}': it must be an address such as http://127.0.0.1:5000`);
}

/** `$XDG_CACHE_HOME/millwright`. */
export function userCacheDir(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return join(nonEmpty(env['XDG_CACHE_HOME']) ?? join(env['HOME'] ?? homedir(), '.cache'), 'millwright');
}
