/** Whether the first line of CSV names the columns, where the content type does not say: MLflow's clients write one, SageMaker's none. */
import type { ColumnSpec, Signature } from '../mlmodel/mlmodel.ts';
import { cellValue } from './csv.ts';

type Cells = readonly (string | null)[];

/**
 * A line of values that no column is called by, numbers where the model takes numbers, is the first row.
 * @param byPlace the model knows its inputs by their places only
 */
export function isHeader(first: Cells, signature: Signature | undefined, byPlace: boolean): boolean {
  const inputs = signature?.inputs;
  if (inputs?.kind === 'columns' && inputs.columns.every(({ name }) => name !== undefined)) return !isFirstRow(first, inputs.columns);
  if (inputs === undefined && !byPlace) return true;
  // pandas calls the columns of an array by their numbers.
  if (first.every((cell, index) => cell === String(index))) return true;
  return !first.every(isNumber) || first.every((cell) => cell === null);
}

function isFirstRow(first: Cells, columns: readonly ColumnSpec[]): boolean {
  if (first.length !== columns.length || columns.some(({ name }) => first.includes(name!))) return false;
  const numbers = columns.flatMap(({ type }, index) => (isNumeric(type) ? [first[index]!] : []));
  return numbers.every(isNumber) && numbers.some((cell) => cell !== null);
}

function isNumeric(type: ColumnSpec['type']): boolean {
  return type === 'integer' || type === 'long' || type === 'float' || type === 'double';
}

function isNumber(cell: string | null): boolean {
  return typeof cellValue('double', cell) !== 'string';
}
