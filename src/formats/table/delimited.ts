/** Rows of RFC 4180 text, whatever divides their fields, read in pieces: a quoted field may span them. */
export interface DelimitedReader {
  /** @returns false once `onRow` wants no more */
  push(text: string): boolean;
  /** The last row may have no line end. */
  end(): void;
}

/** @param onRow returns false to stop */
export function delimitedReader(delimiter: string, onRow: (fields: string[]) => boolean): DelimitedReader {
  let row: string[] = [];
  let field = '';
  let quoted = false;
  /** A quote was the last character of a piece: whether it ends the field stands in the next one. */
  let quoteAtEnd = false;
  let wanted = true;

  const endField = (): void => {
    row.push(field);
    field = '';
  };
  const endRow = (): void => {
    if (field.endsWith('\r')) field = field.slice(0, -1);
    endField();
    const complete = row;
    row = [];
    // A line without anything is no row, as pandas has it.
    if (complete.length > 1 || complete[0] !== '') wanted = onRow(complete);
  };
  return {
    push(text) {
      let at = 0;
      if (quoteAtEnd && text !== '') {
        quoteAtEnd = false;
        if (text.startsWith('"')) {
          field += '"';
          at = 1;
        } else quoted = false;
      }
      while (at < text.length && wanted) {
        if (quoted) {
          const quote = text.indexOf('"', at);
          if (quote === -1) {
            field += text.slice(at);
            break;
          }
          field += text.slice(at, quote);
          at = quote + 1;
          if (at === text.length) quoteAtEnd = true;
          else if (text[at] === '"') {
            field += '"';
            at += 1;
          } else quoted = false;
          continue;
        }
        const from = at;
        let char = '';
        while (at < text.length) {
          char = text[at]!;
          if (char === delimiter || char === '\n' || char === '"') break;
          at += 1;
        }
        field += text.slice(from, at);
        if (at === text.length) break;
        at += 1;
        if (char === delimiter) endField();
        else if (char === '\n') endRow();
        else if (field === '') quoted = true;
        else field += '"';
      }
      return wanted;
    },
    end() {
      if (wanted && (field !== '' || row.length > 0)) endRow();
    },
  };
}

const delimiters = [',', '\t', ';', '|'];

/** What divides the fields of a table, judged by its first line; a comma where nothing does. */
export function delimiterOf(head: string): string {
  const [line = ''] = head.replace(/"[^"]*"/g, '').split('\n', 1);
  const counted = delimiters.map((delimiter) => ({ delimiter, count: line.split(delimiter).length }));
  return counted.reduce((best, candidate) => (candidate.count > best.count ? candidate : best)).delimiter;
}
