/** The suite's Python, standing in a cache as the environment that a model folder asks for: nothing is installed. */
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseMlmodel } from '../../src/formats/mlmodel/parse.ts';
import { resolveInterpreter } from '../../src/backends/python/interpreter.ts';
import { environmentKey } from '../../src/backends/python/requirements.ts';
import { testProgram } from './test-env.ts';

export interface ReadyEnvironment {
  /** Interpreters begin nothing until `open`. */
  close(): void;
  open(): void;
}

/** @param cacheHome `XDG_CACHE_HOME` of the program that will look for it */
export async function readyEnvironment(cacheHome: string, model: string): Promise<ReadyEnvironment> {
  const home = await homeOf(cacheHome, model, process.env);
  const python = join(home, 'made/bin/python');
  const gate = join(home, 'made/open');
  mkdirSync(join(home, 'made/bin'), { recursive: true });
  // A link would lead Python past the packages of the environment that it points into. Who waits while the folder goes waits no more.
  writeFileSync(
    python,
    `#!/bin/sh\nwhile [ "$(cat '${gate}' 2>/dev/null)" = no ]; do sleep 0.1; done\nexec '${testProgram('python')}' "$@"\n`,
  );
  chmodSync(python, 0o755);
  writeFileSync(gate, 'yes');
  writeFileSync(join(home, 'ready'), 'made');
  return { close: () => writeFileSync(gate, 'no'), open: () => writeFileSync(gate, 'yes') };
}

/** The same where nobody has to wait. @param env of the program that will look for it */
export async function linkEnvironment(cacheHome: string, model: string, env: Readonly<Record<string, string>>): Promise<void> {
  const home = await homeOf(cacheHome, model, env);
  symlinkSync(dirname(dirname(testProgram('python'))), join(home, 'whole'));
  writeFileSync(join(home, 'ready'), 'whole');
}

async function homeOf(cacheHome: string, model: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { pythonFunction } = parseMlmodel(readFileSync(join(model, 'MLmodel'), 'utf8'));
  const interpreter = await resolveInterpreter(pythonFunction?.pythonVersion, env, undefined);
  const home = join(cacheHome, 'millwright/python', await environmentKey(join(model, 'requirements.txt'), interpreter));
  mkdirSync(home, { recursive: true });
  return home;
}
