import type { ColumnType, NestedType, ParamSpec, TensorSpec } from '../mlmodel/mlmodel.ts';
import { datatypeOf } from '../scoring/nested-list.ts';
import { isObject } from '../scoring/table.ts';
import { integerJson } from '../../lib/lossless-json.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

const columnSchemas: Readonly<Record<ColumnType, JsonSchema>> = {
  boolean: { type: 'boolean' },
  integer: { type: 'integer', format: 'int32', minimum: -2147483648, maximum: 2147483647 },
  long: { type: 'integer', format: 'int64' },
  float: { type: ['number', 'null'], format: 'float', description: 'null is a missing number' },
  double: { type: ['number', 'null'], format: 'double', description: 'null is a missing number' },
  string: { type: 'string' },
  binary: { type: 'string', contentEncoding: 'base64' },
  datetime: { type: 'string', description: 'ISO 8601, such as 2024-01-31T12:00:00Z' },
};

export function columnSchema(type: ColumnType | NestedType): JsonSchema {
  return typeof type === 'string' ? columnSchemas[type] : definitionSchema(type.definition);
}

/** A type as MLmodel writes it. */
function definitionSchema(definition: unknown): JsonSchema {
  if (!isObject(definition)) return {};
  switch (definition['type']) {
    case 'array':
      return { type: 'array', items: definitionSchema(definition['items']) };
    case 'map':
      return { type: 'object', additionalProperties: definitionSchema(definition['values']) };
    case 'object': {
      const properties = Object.entries(isObject(definition['properties']) ? definition['properties'] : {});
      return {
        type: 'object',
        properties: Object.fromEntries(properties.map(([name, property]) => [name, definitionSchema(property)])),
        required: properties.filter(([, property]) => isObject(property) && property['required'] !== false).map(([name]) => name),
        additionalProperties: false,
      };
    }
    default:
      return columnSchemas[definition['type'] as ColumnType] ?? {};
  }
}

/** Nested lists of the tensor's rank. */
export function tensorSchema({ dtype, shape }: TensorSpec): JsonSchema {
  return shape.reduceRight<JsonSchema>(
    (items, size) => ({ type: 'array', items, ...(size === -1 ? { minItems: 1 } : { minItems: size, maxItems: size }) }),
    elementSchema(dtype),
  );
}

function elementSchema(dtype: string): JsonSchema {
  const datatype = datatypeOf(dtype) ?? 'BYTES';
  if (datatype === 'BYTES') return { type: 'string' };
  if (datatype === 'BOOL') return { type: 'boolean' };
  return datatype.startsWith('FP') ? { type: ['number', 'null'] } : { type: 'integer' };
}

export function paramsSchema(params: readonly ParamSpec[]): JsonSchema {
  const properties = params.map((param) => {
    const value = columnSchema(param.type);
    const schema = param.shape === undefined ? value : { type: 'array', items: value };
    return [param.name, { ...schema, default: jsonValue(param.default) }];
  });
  return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false };
}

/** A value that `JSON.stringify` writes with all digits. */
export function jsonValue(value: unknown): unknown {
  if (typeof value === 'bigint') return integerJson(value);
  if (Array.isArray(value)) return value.map(jsonValue);
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonValue(item)])) : value;
}
