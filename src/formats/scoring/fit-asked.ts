/** A model without a signature whose runtime says what it asks for: what came and is none of that, told by row and column. */
import { datatypeOfName } from '../tensor/datatype-names.ts';
import type { Datatype, Tensor, TensorDescription } from '../tensor/tensor.ts';
import { tensorReaders } from './element.ts';
import { enforceTensors } from './enforce-tensors.ts';
import { fillElements } from './fill-elements.ts';
import { Problems, show } from './problems.ts';
import type { Table } from './table.ts';

const measure = 'what the model takes';

/** Whether these have a form that the runtime can make what it asks for of: texts are no numbers. */
export function canBeAsked(tensors: readonly Tensor[] | undefined, asked: readonly TensorDescription[]): boolean {
  return tensors !== undefined && tensors.every(({ name, datatype }) => (datatype === 'BYTES') === (askedFor(asked, name) === 'BYTES'));
}

/** @throws INPUT_INVALID listing what does not fit */
export function fitArrays(data: unknown, asked: readonly TensorDescription[]): readonly Tensor[] {
  const specs = asked.map(({ name, datatype, shape }) => ({ name, dtype: nameOf(datatype), shape }));
  return enforceTensors(specs, data, new Problems(measure));
}

/** @throws INPUT_INVALID listing the cells that do not fit */
export function refuseCells({ names, columns }: Table, asked: readonly TensorDescription[]): void {
  const problems = new Problems(measure);
  columns.forEach((cells, index) => {
    const name = names?.[index] ?? `input-${index}`;
    const datatype = askedFor(asked, name);
    if (datatype === undefined) return;
    const reader = tensorReaders[datatype];
    fillElements(reader, cells, (row, value) => problems.add(name, reader.expected, show(value), row));
  });
  problems.refuse();
}

/** The only input takes all columns. */
export function askedFor(asked: readonly TensorDescription[], name: string): Datatype | undefined {
  return (asked.length === 1 ? asked[0] : asked.find((one) => one.name === name))?.datatype;
}

function nameOf(datatype: Datatype): string {
  return Object.entries(datatypeOfName).find(([, one]) => one === datatype)?.[0] ?? 'str';
}
