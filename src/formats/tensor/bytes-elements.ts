/**
 * Elements of BYTES tensors: each a uint32 (little-endian) with its length, then its bytes.
 *
 * A missing text is the length 0xFFFFFFFF and no bytes: an addition of ours to the Open Inference Protocol, for the wire to
 * the Python workers and for records; answers to OIP clients hold none.
 */
import { MillwrightError } from '../../errors.ts';
import type { Tensor } from './tensor.ts';

type Elements = readonly (string | Uint8Array | null)[];

const missing = 0xffffffff;

export function encodeElements(elements: Elements): Uint8Array {
  const lengths = elements.map(byteLength);
  const encoded = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + length + 4, 0));
  let at = 0;
  elements.forEach((element, index) => {
    const length = lengths[index]!;
    encoded.writeUInt32LE(element === null ? missing : length, at);
    if (typeof element === 'string') encoded.write(element, at + 4, 'utf8');
    else if (element !== null) encoded.set(element, at + 4);
    at += 4 + length;
  });
  return encoded;
}

function byteLength(element: string | Uint8Array | null): number {
  if (element === null) return 0;
  return typeof element === 'string' ? Buffer.byteLength(element, 'utf8') : element.length;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text where an element is UTF-8, else its bytes (a view). @throws INPUT_INVALID where the lengths do not add up */
export function decodeElements(bytes: Uint8Array, count: number, name: string): Tensor['data'] {
  // Four bytes are the least that an element takes: a count that cannot be is refused before room is made for it.
  if (count * 4 > bytes.length) throw wrongLength(name, count, bytes.length);
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const elements: (string | Uint8Array | null)[] = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + 4 > view.length) throw wrongLength(name, count, bytes.length);
    const length = view.readUInt32LE(at);
    at += 4;
    if (length === missing) {
      elements.push(null);
      continue;
    }
    if (at + length > view.length) throw wrongLength(name, count, bytes.length);
    elements.push(textOrBytes(view, at, at + length));
    at += length;
  }
  if (at !== view.length) throw wrongLength(name, count, bytes.length);
  return elements;
}

function textOrBytes(view: Buffer, from: number, to: number): string | Uint8Array {
  let ascii = true;
  for (let at = from; at < to && ascii; at += 1) ascii = view[at]! < 0x80;
  if (ascii) return view.toString('latin1', from, to);
  const element = view.subarray(from, to);
  try {
    return utf8.decode(element);
  } catch (error) {
    if (error instanceof TypeError) return element;
    throw error;
  }
}

function wrongLength(name: string, count: number, size: number): MillwrightError {
  return new MillwrightError(
    'INPUT_INVALID',
    `tensor '${name}': ${size} bytes are not ${count} BYTES elements: write each as a uint32 (little-endian) with its length, then its bytes`,
  );
}
