import { nearestName } from '../lib/nearest-name.ts';

/** What TypeBox tells of a value that does not fit its schema; paths are JSON pointers. */
interface Misfit {
  readonly keyword: string;
  readonly schemaPath: string;
  readonly instancePath: string;
  readonly message: string;
}

const shownNames = 12;

/** The first thing that does not fit, in words. @param what the whole value, such as "the body" */
export function mismatch([first]: readonly Misfit[], schema: unknown, what: string): string {
  if (first === undefined) return `${what} is not what the route takes`;
  const { keyword, schemaPath, instancePath, message } = first;
  const path = instancePath.slice(1).split('/').map(unescaped);
  const subject = instancePath === '' ? what : `'${path.join('.').slice(0, 256)}'`;
  // What no schema names is held against the schema `false`.
  if (keyword === 'boolean') return `${subject} is not known here${remedy(path.at(-1)!, propertiesOf(schema, schemaPath))}`;
  if (keyword === 'type' && instancePath === '') return `${subject} must be ${formOf(schema) ?? message.replace('must be ', '')}`;
  return `${subject} ${message}`;
}

function remedy(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  if (nearest !== undefined) return `: the nearest that is known is '${nearest}'`;
  if (known.length === 0) return '';
  const more = known.length > shownNames ? ` and ${known.length - shownNames} more` : '';
  return `: known are ${quoted(known.slice(0, shownNames))}${more}`;
}

/** Of the object whose `additionalProperties` a path of the schema leads to. */
function propertiesOf(schema: unknown, schemaPath: string): readonly string[] {
  const steps = schemaPath.split('/').slice(1, -1).map(unescaped);
  const owner = steps.reduce((at, step) => fieldOf(at, step), schema);
  return Object.keys(fieldOf(owner, 'properties') ?? {});
}

function formOf(schema: unknown): string | undefined {
  if (fieldOf(schema, 'type') !== 'object') return undefined;
  const required = fieldOf(schema, 'required');
  return Array.isArray(required) && required.length > 0 ? `an object with ${quoted(required as string[])}` : 'an object';
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}

/** A step of a JSON pointer as the name that it stands for. */
function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}
