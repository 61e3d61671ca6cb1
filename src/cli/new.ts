import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Command } from 'commander';
import { MillwrightError } from '../errors.ts';
import { initGit } from '../local-app.ts';
import { runtimeFile } from '../runtime-files.ts';
import type { Io } from './command.ts';
import { nearestFolderWith } from './server-address.ts';

export function configure(command: Command, io: Io): void {
  command
    .argument('<name>', 'of the project, and of the folder that is made')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  $ millwright new rides && cd rides')
    .action((name: string, options: { readonly json?: boolean }) => create(name, options, io));
}

async function create(name: string, options: { readonly json?: boolean }, io: Io): Promise<void> {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,99}$/u.test(name)) {
    throw new MillwrightError('USAGE', `'${name}' is no name for a project: use letters, digits, '-', '_' and '.', such as my-project`);
  }
  const folder = join(io.cwd, name);
  if (existsSync(folder)) throw new MillwrightError('RESOURCE_ALREADY_EXISTS', `'${folder}' is there: choose another name, or remove it`);
  await makeProject(folder, name);
  if (nearestFolderWith('.git', io.cwd) === undefined) await initGit(folder, io.config);
  if (options.json === true) io.stdout(`${JSON.stringify({ name, folder })}\n`);
  else io.stdout(nextSteps(name));
}

/** Whole or absent: written beside its place and renamed. */
async function makeProject(folder: string, name: string): Promise<void> {
  const draft = `${folder}.${randomBytes(4).toString('hex')}`;
  await mkdir(draft);
  try {
    // npm leaves files such as .gitignore out of packages: in the template their dot is spelt out. A dvc.yaml below
    // node_modules would be found as a pipeline of the repository around it: it carries `.template`.
    const template = runtimeFile('../templates/project');
    for (const entry of await readdir(template, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const source = join(entry.parentPath, entry.name);
      const path = relative(template, source)
        .replaceAll(/(^|\/)dot-/g, '$1.')
        .replace(/\.template$/, '');
      await mkdir(dirname(join(draft, path)), { recursive: true });
      await writeFile(
        join(draft, path),
        (await readFile(source, 'utf8')).replaceAll('{{name}}', name).replaceAll('{{endpoint}}', endpointOf(name)),
      );
    }
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

/** Names of endpoints stand in addresses: they take fewer characters than those of projects. */
function endpointOf(name: string): string {
  return /^[a-zA-Z0-9](?:[a-zA-Z0-9._-]*[a-zA-Z0-9])?$/.test(name) ? name : 'model';
}

function nextSteps(name: string): string {
  return `Made the project '${name}'. Next:

  cd ${name}
  python3 -m venv .venv && . .venv/bin/activate && pip install -r requirements.txt
  git add . && git commit -m "Start"
  millwright repro
  millwright up     # serves the model that repro promoted; README.md has a request to send
`;
}
