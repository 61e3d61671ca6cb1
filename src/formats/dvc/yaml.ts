/**
 * YAML as DVC reads and writes it: ruamel.yaml, YAML 1.2. Reading keeps `1` apart from `1.0`, keys in order and aliases
 * shared; writing is ruamel's to the byte; editing keeps comments, flow style and block scalars of the author.
 */
import { composeYaml, locateYaml } from './yaml-compose.ts';
import { readCanonical } from './yaml-canonical.ts';
import { emitValue } from './yaml-emit.ts';
import type { ContainerLayout } from './yaml-layout.ts';
import { equals, isMapping, isScalar, type Mapping, type Value } from './value.ts';

export { locateYaml };

/** The value of a text; null where it is empty. Throws DVC_FILE_INVALID naming `fileName`, line and column. */
export function parseYaml(text: string, fileName: string): Value {
  const bare = text.startsWith('\ufeff') ? text.slice(1) : text;
  const canonical = readCanonical(bare);
  return canonical === undefined ? composeYaml(bare, fileName).value : canonical.value;
}

export function emitYaml(value: Value): string {
  return emitValue(value);
}

/**
 * `text` with its value changed to `value`, as `apply_diff` of DVC and ruamel's round trip do it: what did not change keeps
 * its comments and place, new keys come last, a list of another length loses its comments, indentation becomes ruamel's.
 */
export function editYaml(text: string, value: Value, fileName = 'YAML text'): string {
  const { value: old, layout } = composeYaml(text, fileName);
  if (!isMapping(old) || !isMapping(value)) return emitValue(value);
  applyMapping(old, value, layout.containers);
  return emitValue(old, layout);
}

/** Whether a text holds comments, and not only `#` within strings. */
export function hasComments(text: string, fileName: string): boolean {
  const { head, tail, containers } = composeYaml(text, fileName).layout;
  if (head.includes('#') || tail.includes('#')) return true;
  const trivia = [...containers.values()].flatMap(({ items }) => [...items.values()].flatMap(({ after, afterKey }) => [after, afterKey]));
  return trivia.some((found) => found?.lines.some((line) => line.includes('#')) === true);
}

type Layouts = Map<Value[] | Mapping, ContainerLayout>;

function applyMapping(target: Mapping, source: Mapping, layouts: Layouts): void {
  for (const [key, value] of source) {
    const old = target.get(key);
    if (!applied(old, value, layouts) && !(target.has(key) && equals(old, value))) target.set(key, value);
  }
  for (const key of target.keys()) if (!source.has(key)) target.delete(key);
}

function applyList(target: Value[], source: readonly Value[], layouts: Layouts): void {
  if (target.length !== source.length) {
    target.splice(0, target.length, ...source);
    layouts.get(target)?.items.clear();
    return;
  }
  for (const [index, value] of source.entries()) {
    const old = target[index];
    if (!applied(old, value, layouts) && !equals(old, value)) target[index] = value;
  }
}

/** Descends where both are mappings or both lists: true then. */
function applied(old: Value | undefined, value: Value, layouts: Layouts): boolean {
  if (old === undefined || isScalar(value)) return false;
  if (isMapping(old) && isMapping(value)) applyMapping(old, value, layouts);
  else if (Array.isArray(old) && Array.isArray(value)) applyList(old, value, layouts);
  else return false;
  return true;
}
