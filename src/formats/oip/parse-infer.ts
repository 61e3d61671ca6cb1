/** Requests of the Open Inference Protocol, in JSON and with Triton's binary tensor extension. */
import { MillwrightError } from '../../errors.ts';
import { nearestName } from '../../lib/nearest-name.ts';
import { decodeJson, parseBody } from '../scoring/json-body.ts';
import { enforceParams } from '../scoring/params.ts';
import { invalidInput } from '../scoring/problems.ts';
import { wellFormedInput } from '../scoring/well-formed.ts';
import { isObject } from '../scoring/table.ts';
import type { ModelInput, Params, TensorDescription } from '../tensor/tensor.ts';
import { fitInputs, type OipModel } from './fit-inputs.ts';
import { type InferInput, readInput } from './infer-input.ts';

export interface InferRequest {
  readonly id: string | undefined;
  readonly input: ModelInput;
  readonly wanted: WantedOutputs;
}

export interface WantedOutputs {
  /** Undefined are all. */
  readonly outputs: readonly { readonly name: string; readonly binary: boolean }[] | undefined;
  /** Whether all come as raw bytes where none is named. */
  readonly binary: boolean;
}

type Mapping = Readonly<Record<string, unknown>>;

/**
 * @param headerLength value of `Inference-Header-Content-Length`; NaN where that was no number
 * @throws INPUT_INVALID, UNSUPPORTED_MEDIA_TYPE
 */
export function parseInferRequest(
  body: Uint8Array,
  headerLength: number | undefined,
  contentType: string | undefined,
  model: OipModel & { readonly outputs?: readonly TensorDescription[] },
): InferRequest {
  const jsonLength = headerLength ?? headerLengthOf(contentType) ?? body.length;
  if (!Number.isSafeInteger(jsonLength) || jsonLength < 0 || jsonLength > body.length) {
    throw invalidInput(`Inference-Header-Content-Length must be the bytes of the JSON, at most the ${body.length} of the body.`);
  }
  const text = decodeJson(body.subarray(0, jsonLength));
  const request = parseBody(text, { exact: text.includes('INT64') });
  if (!isObject(request)) throw invalidInput('The body must be an object with "inputs".');
  const parameters = mappingOf(request['parameters'], 'parameters');
  const given = readInputs(request['inputs'], body.subarray(jsonLength));
  const params = paramsOf(parameters, model);
  return {
    id: idOf(request['id']),
    input: wellFormedInput(fitInputs(given, model, parameters['content_type'] === 'pd', params)),
    wanted: readWanted(request['outputs'], parameters, model.outputs ?? []),
  };
}

/** SageMaker's Triton says the length within the content type. @throws UNSUPPORTED_MEDIA_TYPE */
function headerLengthOf(contentType: string | undefined): number | undefined {
  const [type = '', ...parameters] = (contentType ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const value = (name: string): string | undefined =>
    parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1);
  if (!['', 'application/json', 'application/octet-stream', 'application/vnd.sagemaker-triton.binary+json'].includes(type)) {
    throw new MillwrightError(
      'UNSUPPORTED_MEDIA_TYPE',
      `content type '${type.slice(0, 64)}': send application/json, or application/octet-stream with Inference-Header-Content-Length`,
    );
  }
  const charset = value('charset') ?? 'utf-8';
  if (!['utf-8', 'utf8'].includes(charset)) throw new MillwrightError('UNSUPPORTED_MEDIA_TYPE', 'only UTF-8 is read');
  const length = value('json-header-size');
  return length === undefined ? undefined : Number(length);
}

function readInputs(inputs: unknown, raw: Uint8Array): InferInput[] {
  if (!Array.isArray(inputs) || inputs.length === 0) throw invalidInput('"inputs" must be a list of at least one tensor.');
  let at = 0;
  const take = (name: string, size: number): Uint8Array => {
    if (size > raw.length - at) {
      throw invalidInput(
        `'${name.slice(0, 64)}': binary_data_size is ${size} and ${raw.length - at} bytes are left behind the JSON (see Inference-Header-Content-Length).`,
      );
    }
    at += size;
    return raw.subarray(at - size, at);
  };
  const read = inputs.map((entry: unknown, index) => readInput(entry, index, take));
  if (at !== raw.length) throw invalidInput(`${raw.length - at} bytes behind the JSON belong to no input: give each its binary_data_size.`);
  return read;
}

/** Those of the request's parameters that the signature names; the others are the protocol's and other servers' own. */
function paramsOf(parameters: Mapping, { signature }: OipModel): Params | undefined {
  const specs = signature?.params ?? [];
  const named = Object.entries(parameters).filter(([key]) => specs.some(({ name }) => name === key));
  return enforceParams(specs, Object.fromEntries(named));
}

function readWanted(outputs: unknown, parameters: Mapping, known: readonly TensorDescription[]): WantedOutputs {
  const byDefault = flag(parameters['binary_data_output'], 'binary_data_output') ?? false;
  if (outputs === undefined || outputs === null) return { outputs: undefined, binary: byDefault };
  if (!Array.isArray(outputs)) throw invalidInput('"outputs" must be a list of {"name"}.');
  const wanted = outputs.map((entry: unknown, index) => {
    if (!isObject(entry) || typeof entry['name'] !== 'string') throw invalidInput(`outputs[${index}] has no name.`);
    const name = entry['name'];
    if (known.length > 0 && !known.some((output) => output.name === name))
      throw unknownOutput(
        name,
        known.map((output) => output.name),
      );
    const own = mappingOf(entry['parameters'], `outputs[${index}].parameters`);
    return { name, binary: flag(own['binary_data'], 'binary_data') ?? byDefault };
  });
  return { outputs: wanted.length === 0 ? undefined : wanted, binary: byDefault };
}

export function unknownOutput(name: string, known: readonly string[]): MillwrightError {
  const nearest = nearestName(name, known);
  const remedy = nearest === undefined ? `it has '${known.slice(0, 8).join("', '")}'` : `the nearest is '${nearest}'`;
  return invalidInput(`The model has no output '${name.slice(0, 64)}': ${remedy}.`);
}

function flag(value: unknown, name: string): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  throw invalidInput(`The parameter ${name} is true or false.`);
}

function mappingOf(value: unknown, what: string): Mapping {
  if (value === undefined || value === null) return {};
  if (isObject(value)) return value;
  throw invalidInput(`"${what}" must be an object.`);
}

function idOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string' && value.length <= 256) return value;
  throw invalidInput('"id" must be a text of at most 256 characters.');
}
