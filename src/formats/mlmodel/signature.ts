import { MillwrightError } from '../../errors.ts';
import { parseLossless } from '../../lib/lossless-json.ts';
import type { ColumnSpec, ColumnType, NestedType, ParamSpec, Signature, Specs, TensorSpec } from './mlmodel.ts';

type Mapping = Readonly<Record<string, unknown>>;

const columnTypes: readonly ColumnType[] = ['boolean', 'integer', 'long', 'float', 'double', 'string', 'binary', 'datetime'];
const nestedTypes: readonly NestedType['nested'][] = ['array', 'object', 'map', 'any'];

/** MLmodel's `signature`: each part is a text with JSON in it. @throws MODEL_INVALID */
export function parseSignature(value: unknown): Signature {
  if (!isMapping(value)) throw invalid('', 'is not a mapping');
  return {
    inputs: parseSpecs(value['inputs'], 'inputs'),
    outputs: parseSpecs(value['outputs'], 'outputs'),
    params: parseList(value['params'], 'params').map((item) => parseParam(item)),
  };
}

function parseList(value: unknown, part: string): readonly Mapping[] {
  if (value === undefined || value === null) return [];
  let list: unknown = value;
  if (typeof value === 'string') {
    try {
      list = parseLossless(value);
    } catch (error) {
      throw invalid(part, `is no JSON: ${(error as Error).message}`);
    }
  }
  if (list === null) return [];
  if (!Array.isArray(list) || !list.every(isMapping)) throw invalid(part, 'is not a list of objects');
  return list;
}

function parseSpecs(value: unknown, part: string): Specs | undefined {
  const items = parseList(value, part);
  if (items.length === 0) return undefined;
  const tensors = items.filter((item) => item['type'] === 'tensor').length;
  if (tensors !== 0 && tensors !== items.length) throw invalid(part, 'mixes columns and tensors');
  const named = items.filter((item) => typeof item['name'] === 'string');
  if (named.length !== 0 && named.length !== items.length) throw invalid(part, 'names some and not all');
  if (new Set(named.map((item) => item['name'])).size !== named.length) throw invalid(part, 'names one twice');
  if (tensors === 0) return { kind: 'columns', columns: items.map((item) => parseColumn(item, part)) };
  if (named.length === 0 && items.length > 1) throw invalid(part, 'has several tensors without a name');
  return { kind: 'tensors', tensors: items.map((item) => parseTensor(item, part)) };
}

function parseColumn(item: Mapping, part: string): ColumnSpec {
  const optional = item['required'] === false || item['optional'] === true;
  return { name: nameOf(item), type: parseType(item, part), required: !optional };
}

function parseType(item: Mapping, part: string): ColumnType | NestedType {
  const type = item['type'];
  const plain = columnTypes.find((known) => known === type);
  if (plain !== undefined) return plain;
  const nested = nestedTypes.find((known) => known === type);
  if (nested === undefined) throw invalid(part, `has type ${JSON.stringify(type ?? null).slice(0, 64)}, which is not known`);
  const { name: _name, required: _required, optional: _optional, default: _default, shape: _shape, ...definition } = item;
  return { nested, definition };
}

function parseTensor(item: Mapping, part: string): TensorSpec {
  const spec = item['tensor-spec'];
  if (!isMapping(spec) || typeof spec['dtype'] !== 'string') throw invalid(part, "has a tensor without 'tensor-spec'");
  return { name: nameOf(item), dtype: spec['dtype'], shape: parseShape(spec['shape'], part) };
}

function parseShape(value: unknown, part: string): readonly number[] {
  const isShape = Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= -1);
  if (!isShape) throw invalid(part, 'has a shape that is not a list of whole numbers ≥ -1');
  return value;
}

function parseParam(item: Mapping): ParamSpec {
  const name = nameOf(item);
  if (name === undefined) throw invalid('params', 'has one without a name');
  const shape = item['shape'] === undefined || item['shape'] === null ? undefined : parseShape(item['shape'], 'params');
  return { name, type: parseType(item, 'params'), default: item['default'] ?? null, shape };
}

function nameOf(item: Mapping): string | undefined {
  return typeof item['name'] === 'string' ? item['name'] : undefined;
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(part: string, problem: string): MillwrightError {
  return new MillwrightError('MODEL_INVALID', `MLmodel: 'signature${part === '' ? '' : `.${part}`}' ${problem}`);
}
