import { describe, expect, test } from 'vitest';
import {
  formatAge,
  formatBytes,
  formatDuration,
  formatLatency,
  formatMetric,
  formatSigned,
  formatTime,
  plural,
  shortId,
} from './format.ts';

describe('quantities are written as people read them', () => {
  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1_503_238_553, '1.4 GiB'],
    [52_428_800, '50 MiB'],
  ])('%d bytes', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  test.each([
    [340, '340 ms'],
    [4_210, '4.2 s'],
    [9_960, '10 s'],
    [72_000, '1 m 12 s'],
    [120_000, '2 m'],
    [7_500_000, '2 h 5 m'],
    [273_600_000, '3 d 4 h'],
    [-5, '0 ms'],
  ])('%d ms', (ms, text) => expect(formatDuration(ms)).toBe(text));

  test.each([
    [null, '–'],
    [0, '0 ms'],
    [0.0312, '0.03 ms'],
    [0.44, '0.4 ms'],
    [9.94, '9.9 ms'],
    [9.96, '10 ms'],
    [12.4, '12 ms'],
    [1250, '1.3 s'],
  ])('a latency of %d ms', (ms, text) => expect(formatLatency(ms)).toBe(text));

  test.each([
    [0, '0'],
    [281.23456, '281.2'],
    [0.95, '0.95'],
    [0.000123456, '0.0001235'],
    [0.0000123456, '1.235e-5'],
    [123456.7, '123457'],
    [12_345_678, '1.235e7'],
    [-1.5, '-1.5'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '−∞'],
  ])('the metric %d', (value, text) => expect(formatMetric(value)).toBe(text));

  test('differences carry their sign', () => {
    expect([12.345, -4, 0, Number.NaN].map(formatSigned)).toEqual(['+12.35', '−4', '0', 'NaN']);
  });

  test('ages grow coarser and end as a date', () => {
    const now = Date.UTC(2026, 10, 21, 10);
    expect(formatAge(now - 1_000, now)).toBe('just now');
    expect(formatAge(now - 42_000, now)).toBe('42 s ago');
    expect(formatAge(now - 3_599_000, now)).toBe('59 m ago');
    expect(formatAge(now - 86_400_000 * 2, now)).toBe('2 d ago');
    expect(formatAge(now - 86_400_000 * 31, now)).toBe('2026-10-21');
  });

  test('absolute times name their zone', () => {
    expect(formatTime(Date.UTC(2026, 10, 21, 9, 51, 41), 'UTC')).toBe('2026-11-21 09:51:41 UTC');
    expect(formatTime(Date.UTC(2026, 10, 21, 23, 0, 0), 'Australia/Melbourne')).toContain('2026-11-22 10:00:00');
  });

  test('counts and ids', () => {
    expect(plural(1, 'file')).toBe('1 file');
    expect(plural(52_608, 'row')).toBe('52,608 rows');
    expect(shortId('md5:0123456789abcdef0123456789abcdef')).toBe('01234567');
    expect(shortId('m-0123456789abcdef0123456789abcdef')).toBe('m-01234567');
    expect(shortId('energy-victoria/1')).toBe('energy-victoria/1');
  });
});
