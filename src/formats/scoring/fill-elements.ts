import { makeData } from '../tensor/element-types.ts';
import type { TensorData } from '../tensor/tensor.ts';
import type { ElementReader } from './element.ts';

/**
 * Values → data of a tensor. `onMisfit` is told the index of each value that does not fit, whose element is then unset.
 * The loop is the hot path of every request: one branch a value, nothing allocated.
 */
export function fillElements(
  { datatype, read }: ElementReader,
  values: readonly unknown[],
  onMisfit: (index: number, value: unknown) => void,
): TensorData {
  const data = datatype === 'BYTES' ? Array.from<string | null>({ length: values.length }) : makeData(datatype, values.length);
  const writable = data as unknown[];
  for (let index = 0; index < values.length; index += 1) {
    const element = read(values[index]);
    if (element === undefined) onMisfit(index, values[index]);
    else writable[index] = element;
  }
  return data;
}
