import { readFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { errnoOf } from '../errors.ts';
import { IgnoreRules, parseIgnoreFile, rebaseRules, type IgnoreMatch, type IgnoreRule } from '../formats/dvc/ignore-patterns.ts';

/** Which paths below one folder are ignored, by rule files that any folder may hold: `.dvcignore`, or Git's `.gitignore`. */
export class IgnoreTree {
  readonly base: string;
  private readonly fileName: string;
  private readonly rulesByFolder = new Map<string, IgnoreRules>();

  /** @param builtIn rules that stand before those of any file */
  constructor(base: string, fileName: string, builtIn: readonly IgnoreRule[]) {
    this.base = base;
    this.fileName = fileName;
    this.rulesByFolder.set('', this.withFileOf('', new IgnoreRules(builtIn)));
  }

  /** @param path absolute; outside of the base nothing is ignored */
  isIgnored(path: string, isDirectory: boolean): boolean {
    return this.explain(path, isDirectory).ignored;
  }

  explain(path: string, isDirectory: boolean): IgnoreMatch {
    const inside = this.inside(path);
    if (inside === undefined || inside === '') return { ignored: false, rules: [] };
    return this.rulesOf(parent(inside)).match(inside, isDirectory);
  }

  /** A test for the entries of one folder that is itself not ignored, as a walk needs it. */
  entriesOf(folder: string): (name: string, isDirectory: boolean) => boolean {
    const inside = this.inside(folder);
    if (inside === undefined) return () => false;
    const rules = this.rulesOf(inside);
    const prefix = inside === '' ? '' : `${inside}/`;
    return (name, isDirectory) => rules.matchesEntry(`${prefix}${name}`, isDirectory);
  }

  /** The rules of a folder changed: `.gitignore` got a line. */
  forget(folder: string): void {
    const inside = this.inside(folder);
    if (inside === undefined) return;
    const builtIn =
      inside === '' ? this.rulesByFolder.get('')!.rules.filter((rule) => !rule.origin.startsWith(`${this.fileName}:`)) : undefined;
    for (const key of this.rulesByFolder.keys())
      if (inside === '' || key === inside || key.startsWith(`${inside}/`)) this.rulesByFolder.delete(key);
    if (builtIn !== undefined) this.rulesByFolder.set('', this.withFileOf('', new IgnoreRules(builtIn)));
  }

  private inside(path: string): string | undefined {
    if (path === this.base) return '';
    if (!path.startsWith(this.base === sep ? sep : this.base + sep)) return undefined;
    return relative(this.base, path).split(sep).join('/');
  }

  /** The rules that hold for the entries of a folder: those of the folders above, then its own. */
  private rulesOf(folder: string): IgnoreRules {
    const known = this.rulesByFolder.get(folder);
    if (known !== undefined) return known;
    const rules = this.withFileOf(folder, this.rulesOf(parent(folder)));
    this.rulesByFolder.set(folder, rules);
    return rules;
  }

  private withFileOf(folder: string, above: IgnoreRules): IgnoreRules {
    const name = folder === '' ? this.fileName : `${folder}/${this.fileName}`;
    if (above.rules.length > 0 && above.match(name, false).ignored) return above;
    const text = readIfFile(join(this.base, name));
    if (text === undefined) return above;
    const own = parseIgnoreFile(text, name);
    return new IgnoreRules([...above.rules, ...(folder === '' ? own : rebaseRules(own, folder))]);
  }
}

export function dvcIgnore(root: string): IgnoreTree {
  const builtIn = ['.hg/', '.git/', '.git', '.dvc/'].map((pattern) => ({ pattern, origin: `:${pattern}` }));
  return new IgnoreTree(root, '.dvcignore', builtIn);
}

/** @param excludeFiles files of further patterns, weakest first: the user's own, then `info/exclude` */
export function gitIgnore(gitRoot: string, excludeFiles: readonly string[]): IgnoreTree {
  const rules = excludeFiles.flatMap((file) => parseIgnoreFile(readIfFile(file) ?? '', basename(file)));
  return new IgnoreTree(gitRoot, '.gitignore', rules);
}

function parent(folder: string): string {
  const up = dirname(folder);
  return up === '.' ? '' : up;
}

function readIfFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'EISDIR', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
}
