/** What a YAML text holds beside its values, kept so that an edited file stays its author's: ruamel's round-trip notes. */
import type { Key, Mapping, Scalar, Value } from './value.ts';

/** White space, comments and blank lines between a token and the next one, as they stood. */
export interface Trivia {
  /** Column of the comment on the token's own line; undefined where there is none. */
  readonly column: number | undefined;
  /** Comment on the token's line (may be empty), then all lines up to the next token. */
  readonly lines: readonly string[];
  /** Nothing but these lines is left of the text. */
  readonly isLast: boolean;
}

export interface ItemLayout {
  readonly afterKey?: Trivia;
  readonly after?: Trivia;
  /** How an unchanged scalar was written, where that is kept: block scalars with their header, numbers. */
  readonly source?: { readonly value: Scalar; readonly text: string; readonly block: boolean };
}

export interface ContainerLayout {
  readonly flow: boolean;
  readonly anchor: string | undefined;
  readonly items: Map<Key, ItemLayout>;
  /** `<<`: what was merged in, and after how many keys of the mapping's own it stood. */
  merge?: { readonly sources: readonly Mapping[]; readonly position: number; readonly values: Mapping };
}

export interface Layout {
  /** Comments before the first token. */
  readonly head: string;
  /** Comments below a flow collection that ends the text. */
  readonly tail: string;
  readonly containers: Map<Value[] | Mapping, ContainerLayout>;
}
