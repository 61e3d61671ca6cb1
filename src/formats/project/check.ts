import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type Pair } from 'yaml';
import type { Schema } from './schema.ts';

/** Something wrong in the file: which key, where its node begins, what to do. */
export interface Fault {
  readonly path: readonly string[];
  readonly offset: number;
  readonly problem: string;
  readonly remedy: string;
}

/** The first fault of `node` by `schema`, in the order of the file; undefined where there is none. */
export function findFault(document: Document, node: unknown, schema: Schema, path: readonly string[], offset: number): Fault | undefined {
  const found = isAlias(node) ? node.resolve(document) : node;
  const at = (found as Node | null | undefined)?.range?.[0] ?? offset;
  const fault = (problem: string, remedy: string): Fault => ({ path, offset: at, problem, remedy });
  switch (schema.type) {
    case 'object':
      if (!isMap(found)) return fault(`is ${kindOf(found)}, not a mapping`, 'write `key: value` lines below it');
      return findFaultInMap(document, found.items, schema, path, at);
    case 'array':
      if (!isSeq(found)) return fault(`is ${kindOf(found)}, not a list`, 'write it as [a, b]');
      if (found.items.length < (schema.minItems ?? 0)) return fault('is an empty list', 'name at least one, or leave the key out');
      for (const [index, item] of found.items.entries()) {
        const inner = findFault(document, item, schema.items!, [...path, String(index)], at);
        if (inner !== undefined) return inner;
      }
      return undefined;
    case 'boolean':
    case 'integer':
    case 'number':
    case 'string':
      return findFaultInScalar(isScalar(found) ? found.value : found, schema, fault);
  }
}

type FaultOf = (problem: string, remedy: string) => Fault;

function findFaultInMap(
  document: Document,
  pairs: readonly Pair[],
  schema: Schema,
  path: readonly string[],
  offset: number,
): Fault | undefined {
  const known = schema.properties ?? {};
  for (const pair of pairs) {
    const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
    const keyOffset = (pair.key as Node | null)?.range?.[0] ?? offset;
    const inner = Object.hasOwn(known, key) ? known[key] : schema.additionalProperties;
    if (inner === undefined) {
      const names = Object.keys(known).join(', ');
      return { path: [...path, key], offset: keyOffset, problem: 'is not known here', remedy: `the keys are ${names}` };
    }
    const fault = findFault(document, pair.value, inner, [...path, key], keyOffset);
    if (fault !== undefined) return fault;
  }
  const given = new Set(pairs.map((pair) => String(isScalar(pair.key) ? pair.key.value : pair.key)));
  const missing = schema.required?.find((key) => !given.has(key));
  if (missing === undefined) return undefined;
  return { path: [...path, missing], offset, problem: 'is missing', remedy: known[missing]?.description ?? 'add it' };
}

function findFaultInScalar(value: unknown, schema: Schema, fault: FaultOf): Fault | undefined {
  if (schema.type === 'boolean') {
    return typeof value === 'boolean' ? undefined : fault(`is ${kindOf(value)}, not true or false`, 'write true or false');
  }
  if (schema.type === 'integer' || schema.type === 'number') {
    const isWhole = schema.type === 'integer';
    if (typeof value !== 'number' || Number.isNaN(value) || (isWhole && !Number.isInteger(value)))
      return fault(`is ${kindOf(value)}, not a ${isWhole ? 'whole ' : ''}number`, 'write a number');
    if (schema.const !== undefined && value !== schema.const) {
      return fault(`is ${value}, and this version of Millwright reads ${schema.const}`, `write ${schema.const}, or upgrade Millwright`);
    }
    const { minimum = -Infinity, maximum = Infinity } = schema;
    if (value < minimum || value > maximum) return fault(`is ${value}, not from ${minimum} to ${maximum}`, 'write a number in that range');
    return undefined;
  }
  if (schema.enum !== undefined && !schema.enum.some((known) => known === value))
    return fault(`is ${kindOf(value)}`, `write ${schema.enum.join(' or ')}`);
  if (typeof value !== 'string') return fault(`is ${kindOf(value)}, not a text`, 'put it in quotes');
  if (value.length < (schema.minLength ?? 0)) return fault('is empty', 'give it a value, or leave the key out');
  if (value.length > (schema.maxLength ?? Infinity)) return fault(`is longer than ${schema.maxLength} characters`, 'shorten it');
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) {
    return fault(`is '${value}'`, 'use letters, digits, _ and - only');
  }
  return undefined;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (isMap(value)) return 'a mapping';
  if (isSeq(value)) return 'a list';
  const plain = isScalar(value) ? value.value : value;
  if (plain === null) return 'empty';
  return typeof plain === 'string' ? `the text '${plain.slice(0, 40)}'` : `the ${typeof plain} ${String(plain)}`;
}
