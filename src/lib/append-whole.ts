import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { namingFullDisk } from './full-disk.ts';

/** Appends a short text to a file, which is made where it is not there: all of it or, where that fails, nothing. */
export function appendWhole(path: string, text: string): void {
  namingFullDisk(path, () => {
    const descriptor = openSync(path, 'a');
    try {
      const { size } = fstatSync(descriptor);
      const bytes = Buffer.from(text);
      try {
        for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
      } catch (error) {
        ftruncateSync(descriptor, size);
        throw error;
      }
    } finally {
      closeSync(descriptor);
    }
  });
}
