/** Which revisions `metrics show` goes through. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Repository } from '../data/repository.ts';
import { pythonJson } from '../formats/dvc/python-json.ts';
import type { Shown } from './show.ts';

export interface RevisionNames {
  /** Name as shown → revision. Without any wish the work tree alone, under the name ''. */
  readonly names: ReadonlyMap<string, string>;
  /** The branch that is checked out: where it equals the work tree, the work tree is not shown. */
  readonly active: string | undefined;
}

export async function revisionsToShow(
  repository: Repository,
  wanted: { readonly branches: boolean; readonly tags: boolean; readonly commits: boolean },
): Promise<RevisionNames> {
  const { git } = repository;
  if (git === undefined || !(wanted.branches || wanted.tags || wanted.commits)) {
    return { names: new Map([['', 'workspace']]), active: undefined };
  }
  const found: string[] = [];
  if (wanted.commits) found.push(...(await git.revisions('commits')));
  else {
    if (wanted.branches) found.push(...(await git.revisions('branches')));
    if (wanted.tags) found.push(...(await git.revisions('tags')));
  }
  const byCommit = new Map<string, string[]>();
  for (const name of found) {
    const commit = (await git.resolve(name)) ?? name;
    byCommit.set(commit, [...(byCommit.get(commit) ?? []), name]);
  }
  const names = new Map([['workspace', 'workspace'], ...[...byCommit].map(([commit, list]) => [list.join(','), commit] as const)]);
  const branch = /^ref: refs\/heads\/(.+)$/m.exec(readFileSync(join(git.commonDir, 'HEAD'), 'utf8'))?.[1];
  return { names, active: branch };
}

export function sameShown(a: Shown | undefined, b: Shown | undefined): boolean {
  if (a === undefined || b === undefined || a.size !== b.size) return false;
  return [...a].every(([path, result]) => {
    const other = b.get(path);
    // As with DVC, two files that cannot be read are never the same
    return other !== undefined && 'data' in result && 'data' in other && pythonJson(result.data) === pythonJson(other.data);
  });
}
