import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Git } from '../backends/git/git.ts';
import { MillwrightError } from '../errors.ts';
import type { DataEffects } from './effects.ts';
import { gitIgnore } from './ignore.ts';
import { ensurePrivateFolders } from './private-folders.ts';
import { excludeFiles, findGit, openRepository, type Repository } from './repository.ts';

export interface InitInput {
  /** Absolute. */
  readonly directory: string;
  readonly scm: 'git' | 'none';
  /** Allow a Git work tree that begins above the directory. */
  readonly isSubdirectory: boolean;
  /** Remove a `.dvc` that is there, its cache included. */
  readonly force: boolean;
}

const ignoreTemplate = `# Add patterns of files dvc should ignore, which could improve
# the performance. Learn more at
# https://dvc.org/doc/user-guide/dvcignore
`;

/** Makes an empty repository, and stages its files in Git. */
export async function initRepository(input: InitInput, effects: DataEffects): Promise<Repository> {
  const root = resolve(input.directory);
  if (input.scm === 'none' && input.isSubdirectory) {
    throw new MillwrightError('INVALID_PARAMETER_VALUE', 'Cannot initialize repo with `--no-scm` and `--subdir`');
  }
  const git = input.scm === 'none' ? undefined : gitOf(root, input.isSubdirectory, effects);
  const dvcDir = join(root, '.dvc');
  if (git !== undefined && gitIgnore(git.root, excludeFiles(git, effects.env)).isIgnored(dvcDir, true)) {
    throw failed(`${dvcDir} is ignored by your SCM tool. \nMake sure that it's tracked, for example, by adding '!.dvc' to .gitignore.`);
  }
  if (statSync(dvcDir, { throwIfNoEntry: false })?.isDirectory() === true) {
    if (!input.force) throw failed(`'${relative(root, dvcDir)}' exists. Use \`-f\` to force.`);
    rmSync(dvcDir, { recursive: true });
  }
  mkdirSync(dvcDir, { recursive: true });
  writeFileSync(join(dvcDir, 'config'), input.scm === 'none' ? '[core]\n    no_scm = True\n' : '');
  const ignoreFile = join(root, '.dvcignore');
  if (!existsSync(ignoreFile)) writeFileSync(ignoreFile, ignoreTemplate);
  const repository = openRepository(root, effects);
  ensurePrivateFolders(repository);
  const staged = [join(dvcDir, 'config'), ignoreFile, join(dvcDir, '.gitignore')];
  await git?.add(staged.filter((file) => existsSync(file)));
  return repository;
}

function gitOf(root: string, searchAbove: boolean, effects: DataEffects): Git {
  const found = searchAbove || existsSync(join(root, '.git')) ? findGit(root, effects) : undefined;
  if (found !== undefined) return found;
  throw failed(
    `${root} is not tracked by any supported SCM tool (e.g. Git). Use \`--no-scm\` if you don't want to use any SCM or \`--subdir\` if initializing inside a subdirectory of a parent SCM repository.`,
  );
}

function failed(problem: string): MillwrightError {
  return new MillwrightError('DATA_ERROR', `failed to initiate DVC - ${problem}`);
}
