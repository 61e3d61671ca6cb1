import { isUtf8 } from 'node:buffer';
import { MillwrightError, type ErrorCode } from '../errors.ts';

/** The text of a file that people edit. @throws `code`, naming the first byte that is no text, where it is not UTF-8 */
export function decodeUtf8(bytes: Buffer, fileName: string, code: ErrorCode = 'DVC_FILE_INVALID'): string {
  const text = bytes.toString('utf8');
  if (isUtf8(bytes)) return text;
  const before = text.slice(0, firstReplaced(text, bytes));
  const line = before.split('\n').length;
  const column = before.length - before.lastIndexOf('\n');
  const byte = bytes[Buffer.byteLength(before)]!.toString(16).padStart(2, '0');
  throw new MillwrightError(
    code,
    `'${fileName}' is not UTF-8: line ${line}, column ${column} has the byte 0x${byte}: save the file as UTF-8`,
    {
      details: { file: fileName, line, column },
    },
  );
}

/** Where the first replacement character stands that the file does not hold itself. */
function firstReplaced(text: string, bytes: Buffer): number {
  let at = text.indexOf('\ufffd');
  while (bytes.subarray(Buffer.byteLength(text.slice(0, at))).indexOf('\ufffd') === 0) at = text.indexOf('\ufffd', at + 1);
  return at;
}
