import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelToLoad } from '../backends/inference/port.ts';
import { errnoOf, MillwrightError } from '../errors.ts';
import { isTwin, type Mlmodel } from '../formats/mlmodel/mlmodel.ts';
import { parseMlmodel } from '../formats/mlmodel/parse.ts';
import { readInputExample } from '../formats/scoring/input-example.ts';
import type { ModelInput } from '../formats/tensor/tensor.ts';
import type { EndpointSettings } from './endpoint.ts';

/** A model folder, read: what it is, the example it was saved with, and the ways to run it, best first. */
export interface ReadModel {
  readonly mlmodel: Mlmodel;
  readonly example: ModelInput | undefined;
  readonly choices: readonly ModelToLoad[];
}

/** @throws MODEL_INVALID */
export async function readModel(folder: string, label: string, runtime: EndpointSettings['runtime']): Promise<ReadModel> {
  const text = await readText(join(folder, 'MLmodel'));
  if (text === undefined)
    throw new MillwrightError('MODEL_INVALID', `${label} has no MLmodel file: log it with an MLflow flavour (mlflow.sklearn.log_model, …)`);
  const mlmodel = parseMlmodel(text);
  return { mlmodel, example: await readExample(folder, mlmodel), choices: choicesOf(mlmodel, folder, label, runtime) };
}

/** ONNX first: it runs in this program and needs no environment. */
function choicesOf(mlmodel: Mlmodel, folder: string, label: string, runtime: EndpointSettings['runtime']): ModelToLoad[] {
  const { onnx, pythonFunction, signature } = mlmodel;
  const choices: ModelToLoad[] = [];
  if (onnx !== undefined && runtime !== 'python_function') {
    choices.push({ label, folder, flavor: 'onnx', onnxFile: onnx.file, answer: isTwin(mlmodel) ? 'twin' : 'onnx', signature });
  }
  if (pythonFunction !== undefined && runtime !== 'onnx') {
    const { requirementsFile, pythonVersion } = pythonFunction;
    choices.push({
      label,
      folder,
      flavor: 'python_function',
      signature,
      ...(requirementsFile === undefined ? {} : { requirementsFile }),
      ...(pythonVersion === undefined ? {} : { pythonVersion }),
    });
  }
  if (choices.length > 0) return choices;
  const wanted = runtime === 'auto' ? 'neither the flavour onnx nor python_function' : `no flavour ${runtime}`;
  throw new MillwrightError('MODEL_INVALID', `${label} has ${wanted}; its flavours are ${mlmodel.flavors.join(', ')}`);
}

async function readExample(folder: string, { inputExample, signature }: Mlmodel): Promise<ModelInput | undefined> {
  if (inputExample === undefined) return undefined;
  const example = await readText(join(folder, inputExample.file));
  const serving = inputExample.servingFile === undefined ? undefined : await readText(join(folder, inputExample.servingFile));
  return example === undefined ? undefined : readInputExample({ example, serving }, signature);
}

function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  });
}
