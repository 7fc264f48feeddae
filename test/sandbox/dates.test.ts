import fc from 'fast-check';
import { expect, test } from 'vitest';
import { span } from '../../src/sandbox/dates.ts';

const iso = (text: string) => {
  const found = span(text);
  return found && [new Date(found.start).toISOString(), new Date(found.end).toISOString()];
};

test('dates stand for stretches of Finnish time, by their precision', () => {
  expect(iso('2026')).toEqual(['2025-12-31T22:00:00.000Z', '2026-12-31T22:00:00.000Z']);
  expect(iso('2026-07')).toEqual(['2026-06-30T21:00:00.000Z', '2026-07-31T21:00:00.000Z']);
  expect(iso('2026-12-31')).toEqual(['2026-12-30T22:00:00.000Z', '2026-12-31T22:00:00.000Z']);
  expect(iso('2026-07-01T08:00')).toEqual(['2026-07-01T05:00:00.000Z', '2026-07-01T05:01:00.000Z']);
  expect(iso('2026-07-01T08:00:00Z')).toEqual(['2026-07-01T08:00:00.000Z', '2026-07-01T08:00:01.000Z']);
  expect(iso('2026-07-01T08:00:00.5-03:30')).toEqual([
    '2026-07-01T11:30:00.500Z',
    '2026-07-01T11:30:00.501Z',
  ]);
});

test('the days on which clocks change have 23 and 25 hours', () => {
  const hours = (day: string) => {
    const found = span(day);
    return found && (found.end - found.start) / 3_600_000;
  };
  expect(hours('2026-03-29')).toBe(23);
  expect(hours('2026-10-25')).toBe(25);
});

test.each([
  '',
  '26',
  '2026-13',
  '2026-00',
  '2026-02-29',
  '2026-04-31',
  '2026-01-01T24:00',
  '2026-1-1',
  'today',
])('%j is no date', (text) => expect(span(text)).toBeUndefined());

test('an instant is read as the same instant', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('1900-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
      (date) => {
        expect(span(date.toISOString())?.start).toBe(date.getTime());
      },
    ),
  );
});
