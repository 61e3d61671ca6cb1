import { MillwrightError } from '../../errors.ts';
import type { Signature } from '../mlmodel/mlmodel.ts';
import type { ModelInput } from '../tensor/tensor.ts';
import { parseBody, stringifyLossless } from './json-body.ts';
import { parseScoringJson } from './parse-invocation.ts';
import { isObject } from './table.ts';

/** Texts of `input_example.json` and, where the model has one, `serving_input_example.json`. */
interface ExampleTexts {
  readonly example: string;
  readonly serving: string | undefined;
}

/** @throws MODEL_INVALID where the example cannot be read or does not fit the model's own signature */
export function readInputExample(texts: ExampleTexts, signature: Signature | undefined): ModelInput {
  try {
    return parseScoringJson(servingText(texts), signature);
  } catch (error) {
    if (!(error instanceof MillwrightError)) throw error;
    throw new MillwrightError('MODEL_INVALID', `the input example: ${error.message}`, {
      cause: error,
      ...(error.details === undefined ? {} : { details: error.details }),
    });
  }
}

/** The example as a body of `/invocations`; models of older versions of MLflow have only the example itself. */
export function servingText({ example, serving }: ExampleTexts): string {
  if (serving !== undefined) return serving;
  const value = parseBody(example, { exact: true });
  // With params, MLflow writes the data under `inputs`.
  const wrapped = isObject(value) && Object.hasOwn(value, 'inputs') && Object.hasOwn(value, 'params') ? value : { inputs: value };
  const data = wrapped['inputs'];
  const isSplit =
    isObject(data) && Array.isArray(data['data']) && Object.keys(data).every((key) => ['columns', 'data', 'index'].includes(key));
  if (!isSplit) return stringifyLossless(wrapped);
  const { inputs: _, ...rest } = wrapped;
  return stringifyLossless({ dataframe_split: data, ...rest });
}
