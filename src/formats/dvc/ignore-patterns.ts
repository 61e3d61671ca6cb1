/**
 * Patterns of `.dvcignore` and `.gitignore`, translated as pathspec's `GitIgnoreSpecPattern` does it (DVC's library), its edge cases included:
 * an unclosed `[` discards the pattern, `**` alone matches everything.
 */

/** One pattern and where it stands, as `check-ignore -d` prints it: `.dvcignore:1:*.tmp`. */
export interface IgnoreRule {
  readonly pattern: string;
  readonly origin: string;
}

interface CompiledRule {
  readonly rule: IgnoreRule;
  /** The path itself, where the pattern has nothing to be translated: what stages add to a `.gitignore`, by the hundred. */
  readonly literal: string | undefined;
  /** Undefined for a literal. */
  readonly regex: RegExp | undefined;
  /** False for `!pattern`. */
  readonly ignores: boolean;
  readonly directoriesOnly: boolean;
}

export interface IgnoreMatch {
  readonly ignored: boolean;
  /** The rules that decided, from the top folder down. */
  readonly rules: readonly IgnoreRule[];
}

/** The rules that hold below one folder. Later rules win; a path is ignored if a folder above it is. */
export class IgnoreRules {
  readonly rules: readonly IgnoreRule[];
  private readonly compiled: readonly CompiledRule[];
  private readonly literals: ReadonlySet<string>;
  /** Matches whatever any of the other rules matches: most paths match none, and are done after one test. */
  private readonly any: RegExp | undefined;

  constructor(rules: readonly IgnoreRule[]) {
    this.compiled = rules.map(compile).filter((rule) => rule !== undefined);
    this.rules = this.compiled.map(({ rule }) => rule);
    this.literals = new Set(this.compiled.flatMap(({ literal }) => literal ?? []));
    const sources = this.compiled.flatMap(({ regex }) => regex?.source ?? []);
    this.any = sources.length === 0 ? undefined : new RegExp(sources.join('|'), 'su');
  }

  /** @param path relative to the folder of the rules, POSIX */
  match(path: string, isDirectory: boolean): IgnoreMatch {
    const parts = path.split('/');
    const rules: IgnoreRule[] = [];
    for (let depth = 1; depth <= parts.length; depth += 1) {
      const isLast = depth === parts.length;
      const found = this.find(parts.slice(0, depth).join('/'), isDirectory || !isLast);
      if (!isLast && !(found?.ignores ?? false)) continue;
      if (found !== undefined) rules.push(found.rule);
      if (found?.ignores === true) return { ignored: true, rules };
    }
    return { ignored: false, rules };
  }

  /** As {@link match} for a path whose folders are known not to be ignored, as in a walk from the top. */
  matchesEntry(path: string, isDirectory: boolean): boolean {
    return this.find(path, isDirectory)?.ignores ?? false;
  }

  private find(path: string, isDirectory: boolean): CompiledRule | undefined {
    if (!this.isAtLiteral(path) && !(this.any !== undefined && (this.any.test(path) || (isDirectory && this.any.test(`${path}/`)))))
      return undefined;
    for (let end = this.compiled.length; end > 0;) {
      const start = this.groupStart(end);
      const found = this.findInGroup(start, end, path, isDirectory);
      if (found !== undefined) return found;
      end = start;
    }
    return undefined;
  }

  /** Whether a literal names the path or a folder above it. */
  private isAtLiteral(path: string): boolean {
    if (this.literals.size === 0) return false;
    for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) if (this.literals.has(path.slice(0, end))) return true;
    return this.literals.has(path);
  }

  /** Neighbouring rules of one kind form a group, in which DVC lets the first match win; of the groups the last. */
  private groupStart(end: number): number {
    const last = this.compiled[end - 1]!;
    if (!last.ignores) return end - 1;
    let start = end - 1;
    while (start > 0 && this.compiled[start - 1]!.ignores && this.compiled[start - 1]!.directoriesOnly === last.directoriesOnly) start -= 1;
    return start;
  }

  private findInGroup(start: number, end: number, path: string, isDirectory: boolean): CompiledRule | undefined {
    if (this.compiled[start]!.directoriesOnly && !isDirectory) return undefined;
    const spellings = isDirectory && !path.endsWith('/') ? [path, `${path}/`] : [path];
    for (const spelling of spellings) {
      for (let i = start; i < end; i += 1) {
        const rule = this.compiled[i]!;
        if (matches(rule, spelling)) return rule;
      }
    }
    return undefined;
  }
}

function matches({ literal, regex }: CompiledRule, path: string): boolean {
  if (literal === undefined) return regex!.test(path);
  return path.startsWith(literal) && (path.length === literal.length || path[literal.length] === '/');
}

/** The rules of a `.dvcignore`: lines are stripped, blank lines and comments skipped. */
export function parseIgnoreFile(text: string, name: string): IgnoreRule[] {
  return text.split(/\r\n|\n|\r/).flatMap((line, index) => {
    const pattern = line.trim();
    return pattern === '' || pattern.startsWith('#') ? [] : [{ pattern, origin: `${name}:${index + 1}:${pattern}` }];
  });
}

/** Rules of `folder` (relative to `base`, POSIX) as rules of `base`. */
export function rebaseRules(rules: readonly IgnoreRule[], folder: string): IgnoreRule[] {
  return rules.map(({ pattern, origin }) => ({ pattern: rebase(pattern, folder), origin }));
}

function rebase(pattern: string, folder: string): string {
  const text = pattern.trim();
  if (text.startsWith('#')) return text;
  const negated = text.startsWith('!');
  const body = negated ? text.slice(1) : text;
  const anchored = body.slice(0, -1).includes('/') && !body.startsWith('**/');
  const bare = anchored ? body.replace(/^\//, '') : body.replace(/^\*\*\//, '');
  const plain = bare.startsWith('\\') ? bare.slice(1) : bare;
  return `${negated ? '!' : ''}/${folder}${anchored ? '/' : '/**/'}${plain}`;
}

type CompiledPattern = Omit<CompiledRule, 'rule'>;

/** A `.gitignore` is read anew after each line that a stage adds to it: only that line costs a translation. */
const compiledPatterns = new Map<string, CompiledPattern | undefined>();

function compile(rule: IgnoreRule): CompiledRule | undefined {
  const { pattern } = rule;
  if (!compiledPatterns.has(pattern)) compiledPatterns.set(pattern, compilePattern(pattern));
  const compiled = compiledPatterns.get(pattern);
  return compiled === undefined ? undefined : { rule, ...compiled };
}

function compilePattern(pattern: string): CompiledPattern | undefined {
  const text = pattern.endsWith('\\ ') ? pattern : pattern.trimEnd();
  if (text === '' || text.startsWith('#') || text === '/') return undefined;
  const ignores = !text.startsWith('!');
  const place = ignores ? text : text.slice(1);
  if (/^(?:\/[^/*?[\\]+)+$/.test(place)) return { literal: place.slice(1), regex: undefined, ignores, directoriesOnly: false };
  const source = translate(place);
  if (source === undefined) return undefined;
  const regex = regexOf(`^(?:${source})`);
  return regex === undefined ? undefined : { literal: undefined, regex, ignores, directoriesOnly: pattern.endsWith('/') };
}

/** A range such as `[z-a]` is no regular expression: the pattern is discarded, as Git does with what it cannot read. */
function regexOf(source: string): RegExp | undefined {
  try {
    return new RegExp(source, 'su');
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** @returns undefined where Git discards the pattern */
function translate(pattern: string): string | undefined {
  const segments = pattern.split('/');
  const isDirectory = segments.at(-1) === '';
  if (segments[0] === '') segments.shift();
  else if ((segments.length === 1 || (segments.length === 2 && segments[1] === '')) && segments[0] !== '**') segments.unshift('**');
  if (segments.length === 0) return undefined;
  if (segments.at(-1) === '') segments[segments.length - 1] = '**';
  const collapsed = segments.filter((segment, i) => !(segment === '**' && segments[i - 1] === '**'));
  if (collapsed.length === 1 && collapsed[0] === '**') return isDirectory ? '/' : '.';
  if (collapsed.length === 2 && collapsed[0] === '**' && collapsed[1] === '*') return '.';
  if (collapsed.length === 3 && collapsed[0] === '**' && collapsed[1] === '*' && collapsed[2] === '**') return '/';
  return translateSegments(collapsed);
}

function translateSegments(segments: readonly string[]): string | undefined {
  let source = '';
  let needsSlash = false;
  const end = segments.length - 1;
  for (const [i, segment] of segments.entries()) {
    if (segment === '**') {
      source += i === 0 ? '(?:.+/)?' : i < end ? '(?:/.+)?' : '/';
      needsSlash ||= i > 0;
      continue;
    }
    const glob = segment === '*' ? '[^/]+' : translateGlob(segment);
    if (glob === undefined) return undefined;
    source += `${needsSlash ? '/' : ''}${glob}${i === end ? '(?:/|$)' : ''}`;
    needsSlash = true;
  }
  return source;
}

/** One segment without slashes; undefined for an unclosed range and for a trailing backslash. */
function translateGlob(segment: string): string | undefined {
  let source = '';
  for (let i = 0; i < segment.length; i += 1) {
    const char = segment[i]!;
    if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (char === '\\') {
      i += 1;
      if (i === segment.length) return undefined;
      source += escapeRegex(segment[i]!);
    } else if (char === '[') {
      const close = rangeEnd(segment, i + 1);
      if (close === undefined) return undefined;
      source += rangeSource(segment.slice(i + 1, close));
      i = close;
    } else source += escapeRegex(char);
  }
  return source;
}

/** The index of the `]` that closes the range opened before `start`. */
function rangeEnd(segment: string, start: number): number | undefined {
  let i = start;
  if (segment[i] === '!' || segment[i] === '^') i += 1;
  if (segment[i] === ']') i += 1;
  const close = segment.indexOf(']', i);
  return close === -1 ? undefined : close;
}

function rangeSource(body: string): string {
  const negated = body.startsWith('!') || body.startsWith('^');
  return `[${negated ? '^' : ''}${(negated ? body.slice(1) : body).replace(/[\\\][^]/g, '\\$&')}]`;
}

function escapeRegex(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}
