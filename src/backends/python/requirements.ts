import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { errnoOf, MillwrightError } from '../../errors.ts';
import type { Interpreter } from './interpreter.ts';

/** Changes when environments are built in another way, so that older ones are not taken for the new. */
const buildFormat = 2;

/** The name of the environment: a hash of the interpreter and of everything that the requirements say. */
export async function environmentKey(requirements: string, interpreter: Interpreter): Promise<string> {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([buildFormat, interpreter.executable, interpreter.version, interpreter.platform]));
  for (const text of await requirementTexts(requirements, new Set())) hash.update(`\0${text}`);
  return hash.digest('hex').slice(0, 32);
}

/** The file and those it includes with `-r` and `-c`, without comments: rewording one builds nothing anew. */
async function requirementTexts(path: string, seen: Set<string>): Promise<string[]> {
  if (seen.has(path)) return [];
  seen.add(path);
  const lines = (await readRequirements(path))
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
  const texts = [lines.join('\n')];
  for (const line of lines) {
    const included = line.match(/^(?:-r|-c|--requirement|--constraint)[\s=]+(.+)$/)?.[1];
    if (included !== undefined) texts.push(...(await requirementTexts(resolve(dirname(path), included), seen)));
  }
  return texts;
}

async function readRequirements(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    throw new MillwrightError('CONFIG_INVALID', `the requirements file '${path}' does not exist: create it or correct the path`, {
      cause: error,
    });
  }
}
