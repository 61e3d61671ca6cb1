import { nearestName } from '../../lib/nearest-name.ts';
import type { ParamSpec } from '../mlmodel/mlmodel.ts';
import type { Params } from '../tensor/tensor.ts';
import { checkNested } from './check-nested.ts';
import { columnReaders } from './element.ts';
import { Problems, show } from './problems.ts';
import { isObject } from './table.ts';

/** A request's `params` with the signature's defaults; undefined where the model takes none. @throws INPUT_INVALID */
export function enforceParams(specs: readonly ParamSpec[], given: unknown): Params | undefined {
  const problems = new Problems();
  const params = given ?? {};
  if (!isObject(params)) {
    problems.add('params', 'an object', show(given));
    problems.refuse();
    return undefined;
  }
  const known = specs.map(({ name }) => name);
  for (const name of Object.keys(params)) {
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    const takes =
      known.length === 0 ? 'no params: the model takes none' : `one of the params ${known.map((param) => `'${param}'`).join(', ')}`;
    problems.add(
      name,
      nearest === undefined ? takes : `'${nearest}', the nearest param of the model`,
      'a param that the model does not have',
    );
  }
  const enforced = specs.map((spec) => [
    spec.name,
    Object.hasOwn(params, spec.name) ? enforceParam(spec, params[spec.name], problems) : spec.default,
  ]);
  problems.refuse();
  return specs.length === 0 ? undefined : Object.fromEntries(enforced);
}

function enforceParam(spec: ParamSpec, value: unknown, problems: Problems): unknown {
  // As MLflow gives it to the model: what was left out has the default, what is null was said.
  if (value === null) return null;
  if (spec.shape === undefined) return enforceScalar(spec, value, spec.name, problems);
  if (!Array.isArray(value)) problems.add(spec.name, `a list of ${typeName(spec)} values`, show(value));
  else if (spec.shape[0] !== undefined && spec.shape[0] !== -1 && spec.shape[0] !== value.length) {
    problems.add(spec.name, `a list of ${spec.shape[0]}`, show(value));
  } else value.forEach((item, index) => enforceScalar(spec, item, `${spec.name}[${index}]`, problems));
  return value;
}

function enforceScalar(spec: ParamSpec, value: unknown, field: string, problems: Problems): unknown {
  if (typeof spec.type !== 'string') {
    checkNested(spec.type, value, (path, expected, got) => problems.add(`${field}${path}`, expected, got));
  } else {
    const { read, expected } = columnReaders[spec.type];
    // A number of a param that is missing is left out, not null.
    if (value === null || read(value) === undefined)
      problems.add(field, expected.replace(', or null where it is missing', ''), show(value));
  }
  return value;
}

function typeName(spec: ParamSpec): string {
  return typeof spec.type === 'string' ? spec.type : spec.type.nested;
}
