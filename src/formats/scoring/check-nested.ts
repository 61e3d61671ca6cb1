import type { ColumnType, NestedType } from '../mlmodel/mlmodel.ts';
import { columnReaders } from './element.ts';
import { show } from './problems.ts';
import { isObject } from './table.ts';

type Refuse = (path: string, expected: string, got: string) => void;

/** A value of an `array`, `object`, `map` or `any` column, by the type as MLmodel writes it. */
export function checkNested({ definition }: NestedType, value: unknown, refuse: Refuse): void {
  if (isObject(definition)) check(definition, value, '', refuse);
}

function check(definition: Readonly<Record<string, unknown>>, value: unknown, path: string, refuse: Refuse): void {
  switch (definition['type']) {
    case 'any':
      return;
    case 'array':
      if (!Array.isArray(value)) refuse(path, 'a list', show(value));
      else value.forEach((item, index) => checkPart(definition['items'], item, `${path}[${index}]`, refuse));
      return;
    case 'map':
      if (!isObject(value)) refuse(path, 'an object', show(value));
      else for (const [key, item] of Object.entries(value)) checkPart(definition['values'], item, `${path}.${key}`, refuse);
      return;
    case 'object':
      checkObject(definition, value, path, refuse);
      return;
    default: {
      const reader = columnReaders[definition['type'] as ColumnType] as (typeof columnReaders)[ColumnType] | undefined;
      if (reader !== undefined && reader.read(value) === undefined) refuse(path, reader.expected, show(value));
    }
  }
}

function checkPart(definition: unknown, value: unknown, path: string, refuse: Refuse): void {
  if (isObject(definition)) check(definition, value, path, refuse);
}

function checkObject(definition: Readonly<Record<string, unknown>>, value: unknown, path: string, refuse: Refuse): void {
  if (!isObject(value)) {
    refuse(path, 'an object', show(value));
    return;
  }
  const properties = isObject(definition['properties']) ? definition['properties'] : {};
  for (const [key, property] of Object.entries(properties)) {
    const required = isObject(property) && property['required'] !== false;
    if (Object.hasOwn(value, key) && !(value[key] === null && !required)) checkPart(property, value[key], `${path}.${key}`, refuse);
    else if (required) refuse(`${path}.${key}`, 'a value', 'nothing');
  }
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(properties, key)) refuse(`${path}.${key}`, 'no such property', show(value[key]));
  }
}
