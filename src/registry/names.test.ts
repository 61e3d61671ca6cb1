import { describe, expect, test } from 'vitest';
import { checkAlias, checkAliasFree, checkModelName, checkTags, refusePrompts, versionNumber } from './names.ts';

describe('names of the registry', () => {
  test.each([
    ['', "Missing value for required parameter 'name'."],
    ['a/b', "Invalid model name 'a/b'. Names cannot contain '/' or ':'."],
    ['a:b', "Invalid model name 'a:b'. Names cannot contain '/' or ':'."],
    ['..', 'must not resolve to other names'],
    ['x'.repeat(257), "'name' exceeds the maximum length of 256 characters"],
  ])('a model is not called %j', (name, message) => {
    expect(() => checkModelName(name)).toThrow(message);
  });

  test('a model may be called in any script', () => {
    expect(() => checkModelName('Prévision de charge 電力')).not.toThrow();
  });

  test('aliases that URIs read otherwise can be asked for and not set', () => {
    for (const alias of ['latest', 'LATEST', 'v12']) {
      expect(() => checkAlias(alias)).not.toThrow();
      expect(() => checkAliasFree(alias)).toThrow('is reserved.');
    }
    expect(() => checkAlias('a b')).toThrow('Names may only contain alphanumerics, underscores (_), and dashes (-).');
  });

  test('tags have limits', () => {
    expect(() => checkTags([{ key: 'a'.repeat(251), value: '' }])).toThrow("'key' exceeds the maximum length of 250 characters");
    expect(() => checkTags([{ key: 'a', value: 'v'.repeat(100_001) }])).toThrow("'value' exceeds the maximum length of 100000 characters");
    expect(() => checkTags([{ key: 'a', value: '😀'.repeat(100_000) }])).not.toThrow();
    expect(() => checkTags([{ key: '../x', value: '' }])).toThrow("This name would resolve to '../x'");
  });

  test('versions are whole numbers, and none of what cannot be one', () => {
    expect(versionNumber('12')).toBe(12);
    expect(versionNumber('99999999999')).toBe(0);
    expect(() => versionNumber('1.5')).toThrow("Parameter 'version' must be an integer, got '1.5'.");
  });

  test('prompts are not taken for models', () => {
    expect(() => refusePrompts([{ key: 'mlflow.prompt.is_prompt', value: 'True' }])).toThrow('Millwright has no prompt registry');
    expect(() => refusePrompts([{ key: 'mlflow.prompt.is_prompt', value: 'false' }])).not.toThrow();
  });
});
