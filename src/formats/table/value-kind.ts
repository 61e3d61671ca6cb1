/** What one field of a table is. `infinite` is a number too, but none that can be averaged. */
export type ValueKind = 'missing' | 'integer' | 'number' | 'infinite' | 'boolean' | 'date' | 'text';

/** The words that pandas reads as missing. */
const missing = new Set([
  '',
  '#N/A',
  '#N/A N/A',
  '#NA',
  '-1.#IND',
  '-1.#QNAN',
  '-NaN',
  '-nan',
  '1.#IND',
  '1.#QNAN',
  '<NA>',
  'N/A',
  'NA',
  'NULL',
  'NaN',
  'None',
  'n/a',
  'nan',
  'null',
]);
const integer = /^[+-]?\d+$/;
const number = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const infinite = /^[+-]?inf(inity)?$/i;
/** ISO 8601, with a space for the T as most tools write it. */
const date = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

export function kindOfValue(text: string): ValueKind {
  if (missing.has(text)) return 'missing';
  if (integer.test(text)) return 'integer';
  if (number.test(text)) return 'number';
  if (date.test(text)) return 'date';
  if (/^(true|false)$/i.test(text)) return 'boolean';
  return infinite.test(text) ? 'infinite' : 'text';
}
