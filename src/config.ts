import { homedir } from 'node:os';
import { join } from 'node:path';

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
  /** The user's data directory: `$XDG_DATA_HOME/millwright`. */
  readonly userDataDir: string;
  /** The user's cache directory: `$XDG_CACHE_HOME/millwright`. */
  readonly userCacheDir: string;
}

export function resolveConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const home = env['HOME'] ?? homedir();
  return {
    env,
    serverUrl: nonEmpty(env['MILLWRIGHT_URL'])?.replace(/\/+$/, ''),
    token: nonEmpty(env['MILLWRIGHT_TOKEN']),
    adminToken: nonEmpty(env['MILLWRIGHT_ADMIN_TOKEN']),
    userDataDir: join(nonEmpty(env['XDG_DATA_HOME']) ?? join(home, '.local/share'), 'millwright'),
    userCacheDir: join(nonEmpty(env['XDG_CACHE_HOME']) ?? join(home, '.cache'), 'millwright'),
  };
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}
