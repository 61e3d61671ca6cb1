import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseMlmodel } from '../../src/formats/mlmodel/parse.ts';
import { resolveInterpreter } from '../../src/backends/python/interpreter.ts';
import { environmentKey } from '../../src/backends/python/requirements.ts';
import { testProgram } from './test-env.ts';

/** The suite's Python, standing in a cache as the environment that a model folder asks for: nothing is installed. */
export interface ReadyEnvironment {
  /** Interpreters begin nothing until `open`. */
  close(): void;
  open(): void;
}

/** @param cacheHome `XDG_CACHE_HOME` of the server that will look for it */
export async function readyEnvironment(cacheHome: string, folder: string): Promise<ReadyEnvironment> {
  const mlmodel = parseMlmodel(readFileSync(join(folder, 'MLmodel'), 'utf8'));
  const interpreter = await resolveInterpreter(mlmodel.pythonFunction?.pythonVersion, process.env, undefined);
  const key = await environmentKey(join(folder, 'requirements.txt'), interpreter);
  const home = join(cacheHome, 'millwright/python', key);
  const python = join(home, 'made/bin/python');
  const gate = join(home, 'made/open');
  mkdirSync(join(home, 'made/bin'), { recursive: true });
  // A link would lead Python past the packages of the environment that it points into. Who waits while the folder goes waits no more.
  writeFileSync(python, `#!/bin/sh\nwhile [ "$(cat '${gate}' 2>/dev/null)" = no ]; do sleep 0.1; done\nexec '${testProgram('python')}' "$@"\n`);
  chmodSync(python, 0o755);
  writeFileSync(gate, 'yes');
  writeFileSync(join(home, 'ready'), 'made');
  return { close: () => writeFileSync(gate, 'no'), open: () => writeFileSync(gate, 'yes') };
}
