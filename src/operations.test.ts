import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { operations } from './operations.ts';

/** The names that sources declare with `defineWrite` and `defineRead`. */
function declared(): string[] {
  return readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file) => {
      const text = readFileSync(join(import.meta.dirname, file), 'utf8');
      return [...text.matchAll(/= define(?:Write|Read)<[\s\S]*?>\(\s*'([^']+)'/g)].map((match) => match[1]!);
    });
}

describe('the registry of operations', () => {
  test('holds every read and write that the sources declare, each name once', () => {
    const names = declared();
    expect(names.length).toBeGreaterThan(50);
    expect(new Set(names).size).toBe(names.length);
    expect(names.toSorted()).toEqual([...operations.keys()].toSorted());
  });

  test('knows each by the name `domain.verbNoun`', () => {
    for (const [name, operation] of operations) {
      expect(operation.name).toBe(name);
      expect(name).toMatch(/^[a-z]+\.[a-z][A-Za-z]+$/);
    }
  });
});
