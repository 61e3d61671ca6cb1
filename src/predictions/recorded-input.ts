import { stringifyLossless } from '../formats/scoring/json-body.ts';
import { readScoringBody, readTable } from '../formats/scoring/scoring-body.ts';
import { isObject, type Table } from '../formats/scoring/table.ts';
import type { ModelInput } from '../formats/tensor/tensor.ts';
import { parseLossless } from '../lib/lossless-json.ts';

/**
 * What a record keeps of an input: of a body of the scoring protocol, which a model was given as it came, its rows, each an object of
 * features. Only so are they found by name, and masked by name where the body tells names and values apart.
 */
export function recordedInput(input: ModelInput): ModelInput {
  if (input.form !== 'json') return input;
  const value = parseLossless(input.text);
  if (!isObject(value)) return input;
  const body = readScoringBody(value);
  if (body.format === 'unwrapped') return input;
  const table = readTable(body.format, body.data);
  return { ...input, text: stringifyLossless(table === undefined ? body.data : recordsOf(table)) };
}

function recordsOf({ names, columns, rows }: Table): Record<string, unknown>[] {
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(
      columns.flatMap((column, index) => (column[row] === undefined ? [] : [[names?.[index] ?? `input-${index}`, column[row]]])),
    ),
  );
}
