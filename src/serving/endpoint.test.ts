import { expect, test } from 'vitest';
import { modelUriOf, parseModelUri } from './endpoint.ts';

test('a URI is followed by the name that the registry knows', () => {
  const read = (uri: string): string => `${parseModelUri(uri).kind} ${modelUriOf(parseModelUri(uri))}`;
  expect(read('models:/load@champion')).toBe('alias models:/load@champion');
  expect(read('models:/load/production')).toBe('stage models:/load/Production');
  expect(read('models:/load/007')).toBe('version models:/load/7');
  expect(read('models:/load/Latest')).toBe('alias models:/load@latest');
});

test('a URI under which no version can ever stand is refused when it is declared', () => {
  expect(() => parseModelUri('models:/load/champion')).toThrow(
    "'models:/load/champion' is neither a version nor a stage: an alias is written models:/load@champion",
  );
  expect(() => parseModelUri('models:/load@a b')).toThrow("Invalid alias name: 'a b'");
  expect(() => parseModelUri('models:/lo:ad@champion')).toThrow("Invalid model name 'lo:ad'");
  for (const uri of ['models:/load/0', 'models:/load/99999999999999999999'])
    expect(() => parseModelUri(uri)).toThrow(`'${uri}' names no version: they count from 1`);
});
