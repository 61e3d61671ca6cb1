/**
 * Parameters in Python files: assignments of literals at the top level and in classes, and of `self.x` in `__init__`.
 * Anything that is no literal is passed over, as `ast.literal_eval` refuses it.
 */
import { pythonString, pythonNumber } from './python-literal.ts';
import { tokenize, type Token } from './python-token.ts';
import { Float, isScalar, type Mapping, type Value } from './value.ts';

export function parsePython(source: string): Mapping {
  return new PythonReader(tokenize(source)).body('module');
}

type Scope = 'module' | 'class' | 'init';

class NotLiteral extends Error {}

class PythonReader {
  private at = 0;
  private readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  /** The assignments up to the end of the block. */
  body(scope: Scope): Mapping {
    const found: Mapping = new Map();
    for (let token = this.tokens[this.at]; token !== undefined && token.kind !== 'dedent'; token = this.tokens[this.at]) {
      if (token.kind === 'indent' || token.kind === 'newline') {
        if (token.kind === 'indent') this.skipBlock();
        else this.at += 1;
      } else if (token.text === 'class') found.set(this.nextText(1), this.block('class'));
      else if (token.text === 'def' && this.nextText(1) === '__init__')
        for (const [key, value] of this.block('init')) found.set(key, value);
      else this.assignment(scope, found);
    }
    return found;
  }

  private block(scope: Scope): Mapping {
    this.skipLine();
    if (this.tokens[this.at]?.kind !== 'indent') return new Map();
    this.at += 1;
    const found = this.body(scope);
    this.at += 1;
    return found;
  }

  private assignment(scope: Scope, found: Mapping): void {
    const start = this.at;
    const target = this.target(scope);
    if (target !== undefined) {
      try {
        const value = this.literal();
        if (this.tokens[this.at]?.kind === 'newline' || this.isSign(';')) found.set(target, value);
      } catch (error) {
        if (!(error instanceof NotLiteral)) throw error;
      }
    }
    if (this.isSign(';')) this.at += 1;
    else this.skipLine();
    if (this.at === start) this.at += 1;
  }

  /** `name =`, `name: annotation =`, `self.name =`; the cursor stands behind the sign. */
  private target(scope: Scope): string | undefined {
    let name = this.tokens[this.at]?.kind === 'name' ? this.nextText(0) : undefined;
    this.at += 1;
    if (name === 'self' && this.isSign('.')) {
      name = this.nextText(1);
      this.at += 2;
    } else if (scope === 'init') return undefined;
    if (this.isSign(':')) while (!this.isSign('=') && this.tokens[this.at]?.kind !== 'newline') this.at += 1;
    if (!this.isSign('=')) return undefined;
    this.at += 1;
    return name;
  }

  private literal(): Value {
    const first = this.operand();
    if (!this.isSign(',')) return first;
    const items = [first];
    while (this.isSign(',')) {
      this.at += 1;
      if (this.tokens[this.at]?.kind === 'newline') break;
      items.push(this.operand());
    }
    return items;
  }

  private operand(): Value {
    const token = this.tokens[this.at];
    if (token === undefined) throw new NotLiteral();
    this.at += 1;
    if (token.kind === 'string') return this.strings(token.text);
    if (token.kind === 'number') return pythonNumber(token.text) ?? this.refuse();
    if (token.kind === 'name') return this.constant(token.text);
    if (token.text === '[') return this.items(']').items;
    if (token.text === '(') return this.parenthesized();
    if (token.text === '{') return this.braced();
    if (token.text === '-' || token.text === '+') return this.signed(token.text);
    return this.refuse();
  }

  private strings(first: string): string {
    let text = pythonString(first) ?? this.refuse();
    for (let token = this.tokens[this.at]; token?.kind === 'string'; token = this.tokens[this.at]) {
      text += pythonString(token.text) ?? this.refuse();
      this.at += 1;
    }
    return text;
  }

  private constant(name: string): Value {
    if (name === 'True') return true;
    if (name === 'False') return false;
    return name === 'None' ? null : this.refuse();
  }

  private signed(sign: string): Value {
    const value = this.operand();
    const factor = sign === '-' ? -1 : 1;
    if (typeof value === 'number') return value * factor;
    if (typeof value === 'bigint') return value * BigInt(factor);
    return value instanceof Float ? new Float(value.value * factor) : this.refuse();
  }

  private parenthesized(): Value {
    const { items, commas } = this.items(')');
    return commas === 0 && items.length === 1 ? (items[0] ?? null) : items;
  }

  private items(close: string): { items: Value[]; commas: number } {
    const items: Value[] = [];
    let commas = 0;
    while (!this.isSign(close)) {
      items.push(this.operand());
      if (!this.isSign(',')) break;
      commas += 1;
      this.at += 1;
    }
    if (!this.isSign(close)) this.refuse();
    this.at += 1;
    return { items, commas };
  }

  /** A dictionary or a set; a set is kept as a list. */
  private braced(): Value {
    const mapping: Mapping = new Map();
    const items: Value[] = [];
    while (!this.isSign('}')) {
      const key = this.operand();
      if (this.isSign(':')) {
        this.at += 1;
        mapping.set(isScalar(key) ? key : this.refuse(), this.operand());
      } else items.push(key);
      if (!this.isSign(',')) break;
      this.at += 1;
    }
    if (!this.isSign('}')) this.refuse();
    this.at += 1;
    return items.length > 0 ? items : mapping;
  }

  private isSign(text: string): boolean {
    const token = this.tokens[this.at];
    return token?.kind === 'sign' && token.text === text;
  }

  private nextText(offset: number): string {
    return this.tokens[this.at + offset]?.text ?? '';
  }

  private skipLine(): void {
    while (this.at < this.tokens.length && this.tokens[this.at]?.kind !== 'newline') this.at += 1;
    this.at += 1;
  }

  private skipBlock(): void {
    let depth = 0;
    do {
      const kind = this.tokens[this.at]?.kind;
      if (kind === 'indent') depth += 1;
      if (kind === 'dedent') depth -= 1;
      this.at += 1;
    } while (depth > 0 && this.at < this.tokens.length);
  }

  private refuse(): never {
    throw new NotLiteral();
  }
}
