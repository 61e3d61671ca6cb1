import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keeping, parseSearch, readList, stringifySearch, writeList } from './search.ts';

describe('the address bar is the state', () => {
  test('what is written is read again', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.string({ minLength: 1 })), (search) => {
        expect({ ...parseSearch(stringifySearch(search)) }).toEqual({ ...search });
      }),
    );
  });

  test('lists of any names are read again', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 })), (items) => {
        expect(readList(writeList(items))).toEqual(items);
      }),
    );
  });

  test('stays readable, and empty values leave no trace', () => {
    expect(stringifySearch({ cols: 'metrics.rmse,params.alpha', sort: 'metrics.rmse:asc', filter: '', view: undefined })).toBe(
      '?cols=metrics.rmse,params.alpha&sort=metrics.rmse:asc',
    );
  });

  test('a page keeps only the parameters it names', () => {
    expect(keeping('filter', 'sort')({ filter: 'a = 1', evil: 'x', sort: '' })).toEqual({ filter: 'a = 1' });
  });
});
