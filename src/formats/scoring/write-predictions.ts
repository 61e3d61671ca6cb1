/**
 * Answers of `/invocations` as MLflow's scoring server writes them, but valid JSON: NaN and the infinities are `null`.
 */
import { nestedJson, rowsJson } from '../tensor/json-text.ts';
import type { ModelOutput } from '../tensor/tensor.ts';
import { csvField } from './csv.ts';
import { stringifyLossless } from './json-body.ts';
import { parseLossless } from '../../lib/lossless-json.ts';

/** `{"predictions": …}` */
export function writePredictions(output: ModelOutput): string {
  return `{"predictions": ${predictionsJson(output)}}`;
}

/** What stands under `predictions`. */
export function predictionsJson(output: ModelOutput): string {
  switch (output.form) {
    case 'json':
      return output.text;
    case 'array':
      return output.tensors[0] === undefined ? '[]' : nestedJson(output.tensors[0]);
    case 'columns':
      return `{${output.tensors.map((tensor) => `${JSON.stringify(tensor.name)}: ${nestedJson(tensor)}`).join(', ')}}`;
    case 'records':
      return `[${rowTexts(output).join(', ')}]`;
  }
}

/** One line of JSON a row. */
export function writeJsonLines(output: ModelOutput): string {
  return rowTexts(output)
    .map((row) => `${row}\n`)
    .join('');
}

/** One line a row, without a header, as SageMaker's containers answer. */
export function writeCsv(output: ModelOutput): string {
  return rowTexts(output)
    .map((row) => `${lineOf(fieldsOf(parseLossless(row)))}\r\n`)
    .join('');
}

function lineOf(fields: readonly string[]): string {
  // A line with nothing on it is no row for most who read CSV.
  return fields.length === 1 && fields[0] === '' ? '""' : fields.map(csvField).join(',');
}

/** The JSON of each row; what has no rows is one. */
function rowTexts(output: ModelOutput): string[] {
  if (output.form === 'json') {
    const value = parseLossless(output.text);
    return Array.isArray(value) ? value.map(stringifyLossless) : [output.text];
  }
  const columns = output.tensors.map(rowsJson);
  if (output.form === 'array') return columns[0] ?? [];
  const keys = output.tensors.map(({ name }) => JSON.stringify(name));
  return (columns[0] ?? []).map((_, row) => `{${keys.map((key, index) => `${key}: ${columns[index]![row]}`).join(', ')}}`);
}

function fieldsOf(row: unknown): string[] {
  const values = Array.isArray(row) ? row : typeof row === 'object' && row !== null ? Object.values(row) : [row];
  return values.map((value: unknown) => {
    if (value === null) return '';
    return typeof value === 'object' ? stringifyLossless(value) : String(value);
  });
}
