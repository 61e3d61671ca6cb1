/** Splits Python source into tokens, as far as finding literal assignments needs it. */

export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'sign' | 'newline' | 'indent' | 'dedent';
  readonly text: string;
}

const patterns: readonly (readonly [Token['kind'] | 'blank' | 'comment' | 'continuation', RegExp])[] = [
  ['blank', /[ \t\f]+/y],
  ['comment', /#[^\n]*/y],
  ['continuation', /\\\r?\n/y],
  [
    'string',
    /(?:[rRbBuUfF]{0,2})(?:"""(?:[^\\]|\\[\s\S])*?"""|'''(?:[^\\]|\\[\s\S])*?'''|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')/y,
  ],
  ['number', /(?:0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d+)?)[jJ]?/y],
  ['name', /[\p{L}_][\p{L}\p{N}_]*/uy],
  ['newline', /\r?\n/y],
  ['sign', /->|:=|\*\*=?|\/\/=?|[-+*/%&|^@=<>!]=|<<|>>|[^\s]/y],
];

export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  const indents = [0];
  let at = 0;
  let depth = 0;
  let lineBegins = true;
  while (at < source.length) {
    if (lineBegins && depth === 0) {
      const line = /[ \t\f]*(?:#[^\n]*)?(\r?\n|$)|[ \t\f]*/y;
      line.lastIndex = at;
      const match = line.exec(source);
      if (match?.[1] !== undefined && match[0] !== '') {
        at += match[0].length;
        continue;
      }
      indentTo(width(match?.[0] ?? ''), indents, tokens);
    }
    lineBegins = false;
    const [kind, text] = next(source, at);
    at += text.length;
    if (kind === 'blank' || kind === 'comment' || kind === 'continuation') continue;
    if (kind === 'newline') {
      if (depth > 0) continue;
      lineBegins = true;
    }
    if (kind === 'sign' && '([{'.includes(text)) depth += 1;
    if (kind === 'sign' && ')]}'.includes(text)) depth = Math.max(0, depth - 1);
    tokens.push({ kind, text });
  }
  tokens.push({ kind: 'newline', text: '' });
  indentTo(0, indents, tokens);
  return tokens;
}

function next(source: string, at: number): readonly [(typeof patterns)[number][0], string] {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match !== null && match[0] !== '') return [kind, match[0]];
  }
  return ['blank', source[at] ?? ' '];
}

function width(blank: string): number {
  return blank.replaceAll('\t', '        ').length;
}

function indentTo(column: number, indents: number[], tokens: Token[]): void {
  if (column > (indents.at(-1) ?? 0)) {
    indents.push(column);
    tokens.push({ kind: 'indent', text: '' });
  }
  while (column < (indents.at(-1) ?? 0)) {
    indents.pop();
    tokens.push({ kind: 'dedent', text: '' });
  }
}
