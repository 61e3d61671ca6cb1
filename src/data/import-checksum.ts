import { createHash } from 'node:crypto';
import { writeDvcFile, type DvcFile } from '../formats/dvc/dvc-file.ts';
import { pythonJson } from '../formats/dvc/python-json.ts';
import { isMapping, type Value } from '../formats/dvc/value.ts';

const ignored = new Set(['desc', 'type', 'labels', 'meta', 'locked', 'frozen', 'metric', 'persist', 'isexec', 'size', 'nfiles']);

/** The checksum of an import: of its file without what carries no meaning. Undefined for data that was added. */
export function importChecksum(file: DvcFile): string | undefined {
  if (file.deps.length !== 1 || file.outs.length !== 1) return undefined;
  const document = writeDvcFile({ ...file, md5: undefined });
  return createHash('md5')
    .update(pythonJson(strip(document)))
    .digest('hex');
}

function strip(value: Value): Value {
  if (Array.isArray(value)) return value.map(strip);
  if (!isMapping(value)) return value;
  return new Map([...value].filter(([key]) => typeof key !== 'string' || !ignored.has(key)).map(([key, item]) => [key, strip(item)]));
}
