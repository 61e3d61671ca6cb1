import { parse } from 'yaml';
import { MillwrightError } from '../../errors.ts';
import type { Mlmodel } from './mlmodel.ts';
import { parseSignature } from './signature.ts';

type Mapping = Readonly<Record<string, unknown>>;

/** @throws MODEL_INVALID naming the key that is wrong */
export function parseMlmodel(text: string): Mlmodel {
  const file = mapping(parseYaml(text), 'the file');
  const flavors = mapping(file['flavors'], 'flavors');
  const onnx = optional(flavors['onnx'], (value) => mapping(value, 'flavors.onnx'));
  return {
    flavors: Object.keys(flavors),
    onnx: onnx === undefined ? undefined : { file: insidePath(onnx['data'] ?? 'model.onnx', 'flavors.onnx.data') },
    pythonFunction: optional(flavors['python_function'], parsePythonFunction),
    signature: optional(file['signature'], (value) => ({
      ...parseSignature(value),
      ...(file['is_signature_from_type_hint'] === true ? { fromTypeHint: true as const } : {}),
    })),
    inputExample: optional(file['saved_input_example_info'], parseExampleInfo),
    runId: optional(file['run_id'], (value) => asText(value, 'run_id')),
    mlflowVersion: optional(file['mlflow_version'], (value) => asText(value, 'mlflow_version')),
  };
}

/**
 * Whether the flavours are two that answer for each other, by their names alone: what else is wrong with the file is told when it is loaded.
 * @throws MODEL_INVALID
 */
export function namesTwin(text: string): boolean {
  const flavors = mapping(mapping(parseYaml(text), 'the file')['flavors'], 'flavors');
  const { onnx, python_function: python } = flavors;
  if (onnx === undefined || onnx === null || python === undefined || python === null) return false;
  return mapping(python, 'flavors.python_function')['loader_module'] !== 'mlflow.onnx';
}

function parseYaml(text: string): unknown {
  try {
    // A bomb of aliases ends here, not in memory.
    return parse(text, { maxAliasCount: 100 });
  } catch (error) {
    throw invalid(`is no YAML: ${(error as Error).message.split('\n')[0]}`);
  }
}

function parsePythonFunction(value: unknown): Mlmodel['pythonFunction'] {
  const flavor = mapping(value, 'flavors.python_function');
  for (const key of ['model_path', 'data', 'code']) {
    if (flavor[key] !== undefined && flavor[key] !== null) insidePath(flavor[key], `flavors.python_function.${key}`);
  }
  return {
    loaderModule: asText(flavor['loader_module'], 'flavors.python_function.loader_module'),
    // MLflow writes requirements.txt beside every environment file, which refers to it.
    requirementsFile: flavor['env'] === undefined || flavor['env'] === null ? undefined : 'requirements.txt',
    pythonVersion: optional(flavor['python_version'], (version) => asText(version, 'flavors.python_function.python_version')),
  };
}

function parseExampleInfo(value: unknown): Mlmodel['inputExample'] {
  const info = mapping(value, 'saved_input_example_info');
  return {
    file: insidePath(info['artifact_path'], 'saved_input_example_info.artifact_path'),
    servingFile: optional(info['serving_input_path'], (path) => insidePath(path, 'saved_input_example_info.serving_input_path')),
  };
}

/** A path below the model's folder, whatever a stranger wrote into the file. */
function insidePath(value: unknown, key: string): string {
  const path = asText(value, key);
  const leaves = path === '' || /^[/\\]|^[A-Za-z]:|\0/.test(path) || path.split(/[/\\]/).includes('..');
  if (leaves) throw invalid(`'${key}' is '${path.slice(0, 64)}', which leaves the model's folder: write a relative path without '..'`);
  return path;
}

function mapping(value: unknown, key: string): Mapping {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Mapping;
  throw invalid(`'${key}' is not a mapping`);
}

function asText(value: unknown, key: string): string {
  // YAML reads an unquoted 3.11 or 20240101 as a number.
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw invalid(`'${key}' is not a text`);
}

function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined || value === null ? undefined : read(value);
}

function invalid(problem: string): MillwrightError {
  return new MillwrightError('MODEL_INVALID', `MLmodel: ${problem}`);
}
