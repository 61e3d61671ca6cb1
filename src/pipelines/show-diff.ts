/** How metrics or parameters differ between two revisions. */
import { flattened } from '../formats/dvc/templating-expression.ts';
import { pythonRepr } from '../formats/dvc/python-text.ts';
import { equals, Float, isMapping, numberOf, type Mapping, type Value } from '../formats/dvc/value.ts';
import type { Shown } from './show.ts';

export interface Change {
  readonly old: Value;
  readonly new: Value;
  /** Where both are numbers. */
  readonly diff: Value | undefined;
}

/** File → dotted key → change, both sorted. */
export type ShownDiff = Map<string, Map<string, Change>>;

export function diffShown(before: Shown, after: Shown, options: { readonly withUnchanged: boolean }): ShownDiff {
  const result: ShownDiff = new Map();
  for (const path of [...new Set([...before.keys(), ...after.keys()])].toSorted()) {
    const changes = diffFile(dataOf(before, path), dataOf(after, path), options.withUnchanged);
    if (changes.size > 0) result.set(path, changes);
  }
  return result;
}

function dataOf(shown: Shown, path: string): Value {
  const result = shown.get(path);
  return result !== undefined && 'data' in result ? result.data : new Map();
}

function diffFile(before: Value, after: Value, withUnchanged: boolean): Map<string, Change> {
  const [old, now] = [leaves(before, after), leaves(after, before)];
  const changes = new Map<string, Change>();
  for (const key of [...new Set([...old.keys(), ...now.keys()])].toSorted()) {
    const [x, y] = [old.get(key) ?? absent(before), now.get(key) ?? absent(after)];
    if (!withUnchanged && equals(x, y)) continue;
    changes.set(key, { old: x, new: y, diff: difference(x, y) });
  }
  return changes;
}

/** What a file says of a key that it lacks; one that is a single value has no keys at all. */
function absent(file: Value): Value {
  return isMapping(file) || file === null ? null : 'unable to parse';
}

/**
 * Dotted keys; files that are one value each have the key '', and beside one with keys none. Lists are compared and shown as one text.
 */
function leaves(value: Value, other: Value): Map<string, Value> {
  if (!isMapping(value) && isMapping(other)) return new Map();
  const list = isMapping(value) ? flattened(value) : ([['', value]] as [string, Value][]);
  return new Map(list.map(([key, item]) => [key, Array.isArray(item) ? pythonRepr(item) : item]));
}

function difference(before: Value, after: Value): Value | undefined {
  const [x, y] = [numberOf(before), numberOf(after)];
  if (x === undefined || y === undefined) return undefined;
  if (before instanceof Float || after instanceof Float) return new Float(Number(y) - Number(x));
  return typeof x === 'bigint' || typeof y === 'bigint' ? BigInt(y) - BigInt(x) : y - x;
}

/** As DVC's `--json` has it. */
export function diffDocument(diff: ShownDiff): Mapping {
  const document: Mapping = new Map();
  for (const [path, changes] of diff) {
    const file: Mapping = new Map();
    for (const [key, change] of changes) {
      const entry: Mapping = new Map([
        ['old', change.old],
        ['new', change.new],
      ]);
      if (change.diff !== undefined) entry.set('diff', change.diff);
      file.set(key, entry);
    }
    document.set(path, file);
  }
  return document;
}
