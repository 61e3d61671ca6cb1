/** DVC's verbs in one file: the bundle opens few files for each, and what a verb does not call is not compiled. */
import type { CommandModule } from './command.ts';
import * as add from './add.ts';
import * as cache from './cache.ts';
import * as checkIgnore from './check-ignore.ts';
import * as checkout from './checkout.ts';
import * as commit from './commit.ts';
import * as config from './config.ts';
import * as dag from './dag.ts';
import * as data from './data.ts';
import * as diff from './diff.ts';
import * as fetch from './fetch.ts';
import * as freeze from './freeze.ts';
import * as gc from './gc.ts';
import * as init from './init.ts';
import * as metrics from './metrics.ts';
import * as move from './move.ts';
import * as params from './params.ts';
import * as pull from './pull.ts';
import * as push from './push.ts';
import * as remoteConfig from './remote-config.ts';
import * as remove from './remove.ts';
import * as repro from './repro.ts';
import * as root from './root.ts';
import * as stage from './stage.ts';
import * as status from './status.ts';
import * as unfreeze from './unfreeze.ts';
import * as unprotect from './unprotect.ts';
import * as version from './version.ts';

export const localVerbs = {
  init,
  add,
  status,
  commit,
  checkout,
  diff,
  data,
  'remote-config': remoteConfig,
  config,
  cache,
  remove,
  move,
  unprotect,
  version,
  root,
  'check-ignore': checkIgnore,
  repro,
  push,
  pull,
  fetch,
  gc,
  stage,
  freeze,
  unfreeze,
  metrics,
  params,
  dag,
} satisfies Readonly<Record<string, CommandModule>>;

export type LocalVerb = keyof typeof localVerbs;
