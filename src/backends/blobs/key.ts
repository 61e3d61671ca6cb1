import { MillwrightError } from '../../errors.ts';
import type { ByteRange } from './port.ts';

const maxKeyBytes = 1024;
const maxSegmentBytes = 255;

/**
 * Keys are 1 to 1024 bytes of well-formed UTF-8: segments of 1 to 255 bytes joined by `/`, none of them `.` or `..`, without
 * backslashes and control characters. The first segment `.tmp` is the filesystem's own.
 */
export function checkKey(key: string): void {
  if (key === '') throw badKey(key, 'is empty');
  checkText(key);
  for (const segment of key.split('/')) checkSegment(key, segment);
  if (key.startsWith('.tmp/') || key === '.tmp') throw badKey(key, 'begins with .tmp, which the store keeps for itself');
}

/** A prefix of a listing: any start of a key. */
export function checkPrefix(prefix: string): void {
  checkText(prefix);
  for (const segment of prefix.split('/').slice(0, -1)) checkSegment(prefix, segment);
}

/** A prefix of whole segments, ending in `/`, such as a folder. */
export function checkFolderPrefix(prefix: string): void {
  if (!prefix.endsWith('/')) throw badKey(prefix, 'must end in / to be deleted with all below it');
  checkKey(prefix.slice(0, -1));
}

function checkText(key: string): void {
  if (Buffer.byteLength(key) > maxKeyBytes) throw badKey(key, `is longer than ${maxKeyBytes} bytes`);
  if (!key.isWellFormed()) throw badKey(key, 'is not well-formed Unicode');
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  if (/[\u0000-\u001f\u007f\\]/.test(key)) throw badKey(key, 'holds a backslash or a control character');
}

function checkSegment(key: string, segment: string): void {
  if (segment === '') throw badKey(key, 'is absolute or holds an empty segment');
  if (segment === '.' || segment === '..') throw badKey(key, `holds the segment ${segment}`);
  if (Buffer.byteLength(segment) > maxSegmentBytes) throw badKey(key, `holds a segment longer than ${maxSegmentBytes} bytes`);
}

function badKey(key: string, problem: string): MillwrightError {
  const shown = JSON.stringify(key.length > 80 ? `${key.slice(0, 80)}…` : key);
  return new MillwrightError('INVALID_PARAMETER_VALUE', `the path ${shown} ${problem}: use a relative path such as "model/weights.bin"`);
}

/** First byte and length of `range` in a blob of `sizeBytes`. */
export function resolveRange(key: string, sizeBytes: number, range: ByteRange | undefined): { first: number; lengthBytes: number } {
  if (range === undefined) return { first: 0, lengthBytes: sizeBytes };
  const last = Math.min(range.last ?? sizeBytes - 1, sizeBytes - 1);
  if (range.first < 0 || range.first > last) {
    throw new MillwrightError(
      'INVALID_PARAMETER_VALUE',
      `the range ${range.first}-${range.last ?? ''} lies outside of ${JSON.stringify(key)}, which has ${sizeBytes} bytes`,
    );
  }
  return { first: range.first, lengthBytes: last - range.first + 1 };
}
