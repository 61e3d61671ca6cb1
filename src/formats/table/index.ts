export { delimitedReader, delimiterOf } from './delimited.ts';
export { fieldsOfJsonLine } from './json-line.ts';
export { kindOfValue, type ValueKind } from './value-kind.ts';
