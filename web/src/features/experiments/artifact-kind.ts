export type ArtifactKind = 'image' | 'html' | 'table' | 'json' | 'text' | 'binary';

const kinds: Readonly<Record<string, ArtifactKind>> = {
  png: 'image',
  jpg: 'image',
  jpeg: 'image',
  gif: 'image',
  webp: 'image',
  svg: 'image',
  html: 'html',
  htm: 'html',
  csv: 'table',
  tsv: 'table',
  json: 'json',
  yaml: 'text',
  yml: 'text',
  txt: 'text',
  md: 'text',
  log: 'text',
  py: 'text',
  toml: 'text',
  ini: 'text',
  cfg: 'text',
  sh: 'text',
  sql: 'text',
  patch: 'text',
  lock: 'text',
};

/** How a preview shows a file; by its name, for what the bytes say of themselves is not trusted. */
export function kindOf(path: string): ArtifactKind {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (['MLmodel', 'Dockerfile', 'Makefile', 'LICENSE'].includes(name)) return 'text';
  return kinds[name.slice(name.lastIndexOf('.') + 1).toLowerCase()] ?? 'binary';
}

/** Rows of RFC 4180 text, the first `limit` of them. */
export function parseTable(text: string, separator: ',' | '\t', limit: number): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < text.length && rows.length < limit; at += 1) {
    const char = text[at];
    if (quoted) {
      if (char !== '"') field += char;
      else if (text[at + 1] === '"') {
        field += '"';
        at += 1;
      } else quoted = false;
    } else if (char === '"' && field === '') quoted = true;
    else if (char === separator || char === '\n') {
      row.push(field.replace(/\r$/, ''));
      field = '';
      if (char === '\n') {
        rows.push(row);
        row = [];
      }
    } else field += char;
  }
  if ((field !== '' || row.length > 0) && rows.length < limit) rows.push([...row, field]);
  return rows;
}
