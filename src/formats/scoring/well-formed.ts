import type { ModelInput } from '../tensor/tensor.ts';
import { invalidInput } from './problems.ts';
import { isObject } from './table.ts';

/** How JSON writes half of a surrogate pair; raw, UTF-8 has none. */
const surrogate = /\\u[dD][89a-fA-F]/;

/**
 * For what no signature reads value by value.
 * @throws INPUT_INVALID where a name or a text has half of a surrogate pair, which nobody can encode
 */
export function wellFormedInput(input: ModelInput): ModelInput {
  const fits =
    input.form === 'json'
      ? !surrogate.test(input.text) || isWellFormed(JSON.parse(input.text))
      : input.tensors.every(({ name }) => name.isWellFormed());
  if (fits) return input;
  throw invalidInput('A text or a name holds half of a surrogate pair (\\ud800 to \\udfff): write the whole character.');
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (Array.isArray(value)) return value.every(isWellFormed);
  return !isObject(value) || Object.entries(value).every(([key, item]) => key.isWellFormed() && isWellFormed(item));
}
