import { nearestName } from '../../lib/nearest-name.ts';
import type { TensorSpec } from '../mlmodel/mlmodel.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { enforceTensor } from './nested-list.ts';
import { invalidInput, Problems } from './problems.ts';
import { isObject, type Table } from './table.ts';

/** Nested lists by name, or one list, → the signature's tensors. @throws INPUT_INVALID with everything that does not fit */
export function enforceTensors(specs: readonly TensorSpec[], value: unknown, problems = new Problems()): readonly Tensor[] {
  const [only] = specs;
  if (!isObject(value)) {
    if (only === undefined || specs.length > 1) {
      const names = specs.map(({ name }) => `'${name}'`).join(', ');
      throw invalidInput(`This model takes several tensors by name: give an object with ${names}.`);
    }
    const tensor = enforceTensor(only, value, problems);
    problems.refuse();
    return [tensor!];
  }
  if (only?.name === undefined) {
    throw invalidInput(
      'Failed to parse input data. This model contains an un-named  model signature which expects a single n-dimensional array or a single value as input, however, an input of type object was found.',
    );
  }
  const tensors = byName(specs, value, problems);
  problems.refuse();
  return tensors;
}

function byName(specs: readonly TensorSpec[], value: Readonly<Record<string, unknown>>, problems: Problems): Tensor[] {
  const known = specs.map(({ name }) => name!);
  for (const name of Object.keys(value).slice(0, 100)) {
    if (known.includes(name)) continue;
    const expected = nearestName(name, known) ?? known.slice(0, 8).join("', '");
    problems.add(name, `'${expected}'`, 'a tensor that the model does not have');
  }
  return specs.flatMap((spec) => {
    if (Object.hasOwn(value, spec.name!)) return enforceTensor(spec, value[spec.name!], problems) ?? [];
    problems.add(spec.name!, `a tensor of ${spec.dtype}`, 'no such tensor');
    return [];
  });
}

/** A table for a model of tensors: its rows where there is one tensor without a name, else each column a tensor. */
export function tableAsTensors(specs: readonly TensorSpec[], { names, columns, rows }: Table): unknown {
  if (specs.length === 1 && specs[0]!.name === undefined) {
    const matrix: unknown[][] = [];
    for (let row = 0; row < rows; row += 1) matrix.push(columns.map((column) => column[row]));
    return matrix;
  }
  if (names !== undefined) return Object.fromEntries(names.map((name, index) => [name, columns[index]]));
  return specs.length === 1 ? columns[0] : undefined;
}
