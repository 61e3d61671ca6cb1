import { describe, expect, test } from 'vitest';
import { parseFilter, parseOrder, searchableModels, searchableVersions } from './filter.ts';

const models = (filter: string) => parseFilter(filter, searchableModels);
const versions = (filter: string) => parseFilter(filter, searchableVersions);

describe('a filter of the registry', () => {
  test('is clauses joined by AND in any case of letters', () => {
    expect(models('name LIKE \'a%\' aNd tags.`my key` != "b"')).toEqual([
      { entity: 'attribute', key: 'name', comparator: 'LIKE', value: 'a%' },
      { entity: 'tag', key: 'my key', comparator: '!=', value: 'b' },
    ]);
    expect(models('  ')).toEqual([]);
  });

  test('takes AND as MLflow does: it says nothing', () => {
    const [a, b] = models("name = 'a' AND tags.t = 'b'");
    expect(models("AND name = 'a' and and tags.t = 'b' AND")).toEqual([a, b]);
    expect(models("name = 'a' tags.t = 'b'")).toEqual([a, b]);
    expect(models('and')).toEqual([]);
  });

  test('reads keys with quotes and without spaces around the comparator', () => {
    expect(models("tag.\"a.b\"='it''s'")).toEqual([{ entity: 'tag', key: 'a.b', comparator: '=', value: "it's" }]);
    expect(models("tags.'a b' = 'c'")).toEqual([{ entity: 'tag', key: 'a b', comparator: '=', value: 'c' }]);
    expect(versions("attribute.version_number>=3 and source_path ilike '%x'")).toEqual([
      { entity: 'attribute', key: 'version_number', comparator: '>=', value: 3 },
      { entity: 'attribute', key: 'source_path', comparator: 'ILIKE', value: '%x' },
    ]);
  });

  test('reads lists, a last comma included, as MLflow does', () => {
    expect(versions("run_id IN ('a', 'b')")[0]!.value).toEqual(['a', 'b']);
    expect(versions("name not in ('a',)")[0]).toEqual({ entity: 'attribute', key: 'name', comparator: 'NOT IN', value: ['a'] });
  });

  test.each([
    ["nam = 'x'", "Invalid attribute key 'nam' specified. Valid keys are '{'name'}'"],
    ["metrics.x = 'y'", "Invalid entity type 'metrics'. Valid entity types are ('attribute', 'tag', 'tags')"],
    ["name > 'x'", 'Invalid comparator for attribute: >'],
    ["tags.x IN ('y')", 'Invalid comparator for tag: IN'],
    ['name = x', 'Expected a quoted string value or a list of quoted string values for attributes. Got value x'],
    ['tags.x = 5', "Expected a quoted string value for tag (e.g. 'my-value'). Got value 5"],
    ["name = 'x' OR name = 'y'", 'Invalid clause(s) in filter string: OR'],
    ["NOT name = 'x'", 'Invalid clause(s) in filter string: NOT'],
    ['name =', 'Invalid comparison clause. Expected 3 tokens found 2'],
    ['name', 'Invalid comparison clause. Expected 3 tokens found 2'],
    ["name = 'x", `Error on parsing filter 'name = 'x': cannot read on from ''x'`],
    [`name LIKE '${'x'.repeat(10_001)}'`, 'A pattern holds at most 10000 characters.'],
    ['name IN ()', 'expected a non-empty list of string values, but got ill-formed list.'],
    ["name IN ('a' 'b')", 'expected a non-empty list of string values, but got ill-formed list.'],
  ])('refuses %s', (filter, message) => {
    expect(() => models(filter)).toThrow(message);
  });

  test('refuses numbers that are none, and lists where no list is taken', () => {
    expect(() => versions("version_number = 'x'")).toThrow("Invalid value for numeric attribute 'version_number': 'x'");
    expect(() => versions("source_path IN ('x')")).toThrow("Only ['name', 'run_id'] attributes support comparison with a list");
  });
});

describe('an order of the registry', () => {
  test('is keys with ASC or DESC, ascending by default', () => {
    expect(parseOrder(['name DESC', '`version_number`', 'creation_timestamp asc'], searchableVersions)).toEqual([
      { key: 'name', ascending: false },
      { key: 'version_number', ascending: true },
      { key: 'creation_timestamp', ascending: true },
    ]);
  });

  test.each([
    ['name down', "Invalid ordering key in order_by clause 'name down'."],
    ['name ASC x', "Invalid order_by clause 'name ASC x'. Could not be parsed."],
    ['run_id', "Invalid order by key 'run_id' specified."],
  ])('refuses %s', (clause, message) => {
    expect(() => parseOrder([clause], searchableVersions)).toThrow(message);
  });

  test('refuses a key that comes twice', () => {
    expect(() => parseOrder(['name', 'name DESC'], searchableModels)).toThrow('`order_by` contains duplicate fields');
  });
});
