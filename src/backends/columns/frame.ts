/**
 * The frames of a segment: `length` and CRC-32 of the payload, both 32 bits little-endian, then the payload. A segment begins
 * with eight bytes that name the format and its version. What follows the last whole frame is a torn tail: an append that never
 * was acknowledged.
 */
import { crc32 } from 'node:zlib';

export const segmentMagic = Buffer.from('MWSEG01\n');
const prefixBytes = 8;

/** A payload longer than this was never written: a length beyond it is damage. */
export const payloadLimitBytes = 256 * 1024 * 1024;

/** The parts of one payload → a frame in one buffer. The parts are read before this returns. */
export function encodeFrame(parts: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const part of parts) length += part.length;
  const frame = Buffer.allocUnsafe(prefixBytes + length);
  let at = prefixBytes;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  frame.writeUInt32LE(length, 0);
  frame.writeUInt32LE(crc32(frame.subarray(prefixBytes)), 4);
  return frame;
}

/** Whether `bytes` begin a segment of another version, or no segment at all; less than a beginning is a torn tail. */
export function isForeign(bytes: Buffer): boolean {
  return bytes.length >= segmentMagic.length && !bytes.subarray(0, segmentMagic.length).equals(segmentMagic);
}

export interface Scan {
  readonly payloads: readonly Buffer[];
  /** Where the last whole frame ends, counted as `start` is. */
  readonly end: number;
}

/** The whole frames of `bytes`, which begin at byte `start` of their segment; 0 includes the format's name. */
export function scanFrames(bytes: Buffer, start: number): Scan {
  let at = 0;
  if (start === 0) {
    if (bytes.length < segmentMagic.length || isForeign(bytes)) return { payloads: [], end: 0 };
    at = segmentMagic.length;
  }
  const payloads: Buffer[] = [];
  while (at + prefixBytes <= bytes.length) {
    const length = bytes.readUInt32LE(at);
    const end = at + prefixBytes + length;
    if (length > payloadLimitBytes || end > bytes.length) break;
    const payload = bytes.subarray(at + prefixBytes, end);
    if (crc32(payload) !== bytes.readUInt32LE(at + 4)) break;
    payloads.push(payload);
    at = end;
  }
  return { payloads, end: start + at };
}
