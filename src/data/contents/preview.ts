import { readSync } from 'node:fs';
import { extname } from 'node:path';
import type { Hash } from '../output.ts';
import { withObject, type OpenCache } from './objects.ts';
import { readRows, tableFormatOf } from './read-rows.ts';

const textBytes = 256 << 10;
const tableBytes = 4 << 20;
const rowLimit = 200;
/** A field is cut here: a preview is to be read, not to be exported. */
const fieldCharacters = 500;

export type Preview = { readonly sizeBytes: number } & (
  | {
      readonly kind: 'table';
      readonly columns: readonly string[];
      readonly rows: readonly (readonly string[])[];
      readonly isComplete: boolean;
    }
  | { readonly kind: 'text'; readonly text: string; readonly isComplete: boolean }
  | { readonly kind: 'image' }
  | { readonly kind: 'binary' }
);

const images = new Set(['.png', '.jpg', '.jpeg', '.gif', '.webp', '.svg']);

/** The head of a file, as its name and first bytes say it is. @returns undefined where the bytes are not there */
export function previewFile(open: OpenCache, hash: Hash, file: string): Preview | undefined {
  return withObject(open, hash, (descriptor, sizeBytes): Preview => {
    if (images.has(extname(file).toLowerCase())) return { kind: 'image', sizeBytes };
    const head = Buffer.alloc(textBytes);
    const length = readSync(descriptor, head, 0, textBytes, 0);
    const bytes = head.subarray(0, length);
    if (!isText(bytes)) return { kind: 'binary', sizeBytes };
    const format = tableFormatOf(file);
    if (format === undefined) return { kind: 'text', text: textOf(bytes), isComplete: length === sizeBytes, sizeBytes };
    let columns: readonly string[] = [];
    const rows: string[][] = [];
    const { isComplete } = readRows(descriptor, format, tableBytes, {
      columns: (names) => (columns = [...names]),
      row: (fields) => rows.push(fields.map((field) => cut(field))) < rowLimit,
    });
    return { kind: 'table', columns, rows, isComplete, sizeBytes };
  });
}

/** UTF-8 without control characters that no text has; a character cut off at the end is none's fault. */
function isText(bytes: Uint8Array): boolean {
  return !bytes.includes(0) && !/\ufffd/.test(textOf(bytes).slice(0, 4000));
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes, { stream: true });
}

function cut(field: string): string {
  return field.length > fieldCharacters ? `${field.slice(0, fieldCharacters)}…` : field;
}
