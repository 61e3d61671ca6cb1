const NEWLINE = 10;

/** Splits what `git cat-file --batch` prints: for each request `<id> <type> <size>`, newline, the bytes, newline; or `<id> missing`. */
export function parseBatch(output: Buffer): ReadonlyMap<string, Buffer> {
  const blobs = new Map<string, Buffer>();
  let at = 0;
  while (at < output.length) {
    const end = output.indexOf(NEWLINE, at);
    const [id, type, size] = output.toString('latin1', at, end).split(' ');
    at = end + 1;
    if (id === undefined || size === undefined) continue;
    if (type === 'blob') blobs.set(id, output.subarray(at, at + Number(size)));
    at += Number(size) + 1;
  }
  return blobs;
}

/** Reads the records of `git ls-tree -r -z`: `<mode> <type> <id>`, tab, path. Only regular files are kept. */
export function parseTree(records: readonly string[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const record of records) {
    const tab = record.indexOf('\t');
    const [mode, type, id] = record.slice(0, tab).split(' ');
    if (type === 'blob' && mode !== '120000' && id !== undefined) files.set(record.slice(tab + 1), id);
  }
  return files;
}
