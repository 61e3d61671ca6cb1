/**
 * ONNX Runtime hands no sequence of maps to Node, and every converted classifier ends in a ZipMap that makes one. The node
 * becomes an Identity: the output keeps its name and is the tensor of probabilities; the class labels are kept beside it.
 */
import { readFields, readVarint, writeField, writeNumber, type Field } from './protobuf.ts';

export interface ZipMap {
  /** The graph's output. */
  readonly output: string;
  /** Keys of the map, in the order of the tensor's columns. */
  readonly labels: readonly string[];
}

const model = { graph: 7, opsetImport: 8 };
const graph = { node: 1, output: 12 };
const node = { input: 1, output: 2, opType: 4, attribute: 5 };
const attribute = { name: 1, ints: 8, strings: 9 };
const floatTensor = 1;

/** The file without ZipMap nodes; `undefined` where it has none. @throws RangeError where the file is cut off */
export function removeZipMaps(file: Uint8Array): { file: Uint8Array; zipMaps: readonly ZipMap[] } | undefined {
  const fields = [...readFields(file)];
  const zipMaps = fields.filter(({ number }) => number === model.graph).flatMap((field) => zipMapsOf(field.value));
  if (zipMaps.length === 0) return undefined;
  const parts = fields.map((field) =>
    field.number === model.graph ? writeField(model.graph, editGraph(field.value, zipMaps)) : field.raw,
  );
  const known = fields.some((field) => field.number === model.opsetImport && domainOf(field.value) === '');
  if (!known) parts.push(writeField(model.opsetImport, Buffer.concat([writeField(1, ''), writeNumber(2, 13)])));
  return { file: Buffer.concat(parts), zipMaps };
}

function domainOf(opset: Uint8Array): string {
  return text([...readFields(opset)].find(({ number }) => number === 1));
}

function zipMapsOf(message: Uint8Array): ZipMap[] {
  // Attributes of other nodes are not looked into: those of a forest are a field for each number.
  return nodes(message)
    .filter(isZipMap)
    .map((fields) => ({
      output: text(fields.find(({ number }) => number === node.output)),
      labels: fields.filter(({ number }) => number === node.attribute).flatMap((field) => labelsOf(field.value)),
    }));
}

function nodes(message: Uint8Array): Field[][] {
  return [...readFields(message)].filter(({ number }) => number === graph.node).map(({ value }) => [...readFields(value)]);
}

function isZipMap(fields: readonly Field[]): boolean {
  return text(fields.find(({ number }) => number === node.opType)) === 'ZipMap';
}

function labelsOf(message: Uint8Array): string[] {
  const fields = [...readFields(message)];
  if (!text(fields.find(({ number }) => number === attribute.name)).startsWith('classlabels_')) return [];
  return fields.flatMap((field) => {
    if (field.number === attribute.strings) return [text(field)];
    return field.number === attribute.ints ? varints(field.value) : [];
  });
}

/** One integer, or several where they are packed. */
function varints(bytes: Uint8Array): string[] {
  const found: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const { value, end } = readVarint(bytes, at);
    found.push(String(BigInt.asIntN(64, value)));
    at = end;
  }
  return found;
}

function editGraph(message: Uint8Array, zipMaps: readonly ZipMap[]): Uint8Array {
  const parts = [...readFields(message)].map((field) => {
    if (field.number === graph.node) {
      const fields = [...readFields(field.value)];
      return isZipMap(fields) ? writeField(graph.node, identity(fields)) : field.raw;
    }
    if (field.number !== graph.output) return field.raw;
    const name = text([...readFields(field.value)].find(({ number }) => number === 1));
    const zipMap = zipMaps.find(({ output }) => output === name);
    return zipMap === undefined ? field.raw : writeField(graph.output, probabilities(zipMap));
  });
  return Buffer.concat(parts);
}

function identity(fields: readonly Field[]): Uint8Array {
  const ends = fields.filter(({ number }) => number === node.input || number === node.output).map(({ raw }) => raw);
  return Buffer.concat([...ends, writeField(node.opType, 'Identity')]);
}

/** ValueInfoProto of a float tensor [any, number of classes]. */
function probabilities({ output, labels }: ZipMap): Uint8Array {
  const dimensions = [writeField(1, new Uint8Array()), writeField(1, writeNumber(1, labels.length))];
  const tensor = Buffer.concat([writeNumber(1, floatTensor), writeField(2, Buffer.concat(dimensions))]);
  return Buffer.concat([writeField(1, output), writeField(2, writeField(1, tensor))]);
}

function text(field: Field | undefined): string {
  return field === undefined ? '' : Buffer.from(field.value).toString('utf8');
}
