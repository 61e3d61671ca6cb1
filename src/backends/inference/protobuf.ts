/** The protobuf wire format, as much of it as an edit of an ONNX file needs: fields are kept as the bytes they are. */

export interface Field {
  readonly number: number;
  readonly wire: number;
  /** The payload: of wire type 2 without its length. */
  readonly value: Uint8Array;
  /** Tag, length and payload. */
  readonly raw: Uint8Array;
}

/** @throws RangeError where the message is cut off */
export function* readFields(message: Uint8Array): Generator<Field> {
  let at = 0;
  while (at < message.length) {
    const start = at;
    const tag = readVarint(message, at);
    const wire = Number(tag.value & 7n);
    const [from, to] = payload(message, tag.end, wire);
    if (to > message.length) throw new RangeError('the message is cut off');
    at = to;
    yield { number: Number(tag.value >> 3n), wire, value: message.subarray(from, to), raw: message.subarray(start, to) };
  }
}

function payload(message: Uint8Array, at: number, wire: number): [from: number, to: number] {
  if (wire === 0) return [at, readVarint(message, at).end];
  if (wire === 1) return [at, at + 8];
  if (wire === 5) return [at, at + 4];
  if (wire !== 2) throw new RangeError(`no message has wire type ${wire}`);
  const length = readVarint(message, at);
  return [length.end, length.end + Number(length.value)];
}

export function readVarint(bytes: Uint8Array, at: number): { value: bigint; end: number } {
  let value = 0n;
  for (let index = at; index < at + 10; index += 1) {
    const byte = bytes[index];
    if (byte === undefined) break;
    value |= BigInt(byte & 0x7f) << BigInt(7 * (index - at));
    if (byte < 0x80) return { value, end: index + 1 };
  }
  throw new RangeError('the message is cut off');
}

/** A field of wire type 2. */
export function writeField(number: number, value: Uint8Array | string): Uint8Array {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([writeVarint((number << 3) | 2), writeVarint(bytes.length), bytes]);
}

/** A field of wire type 0. */
export function writeNumber(number: number, value: number): Uint8Array {
  return Buffer.concat([writeVarint(number << 3), writeVarint(value)]);
}

function writeVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}
