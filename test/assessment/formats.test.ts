import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formats } from '../../src/assessment/formats.ts';

describe('formats of the contract', () => {
  it('take every moment that JavaScript can write, in any offset', () => {
    const moment = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(moment, fc.constantFrom('Z', '+02:00', '-11:30', '+14:00'), (date, offset) => {
        const text = date.toISOString().replace('Z', offset);
        expect(formats['date-time'](text)).toBe(true);
        expect(formats.date(text.slice(0, 10))).toBe(true);
        expect(formats['partial-date'](text.slice(0, 7))).toBe(true);
        expect(formats['partial-date'](text.slice(0, 4))).toBe(true);
      }),
    );
  });

  it.each([
    ['date-time', '2026-11-21T12:00:00'],
    ['date-time', '2026-11-21 12:00:00Z'],
    ['date-time', '2026-11-21T24:00:00Z'],
    ['date-time', '2026-11-21T12:00:60Z'],
    ['date-time', '2026-11-21T12:00:00+15:00'],
    ['date-time', '2026-11-21T12:00:00+14:30'],
    ['date-time', '2026-02-29T12:00:00Z'],
    ['date', '2026-11'],
    ['date', '2026-11-31'],
    ['date', '2026-00-01'],
    ['date', '2026-11-00'],
    ['date', '0000-01-01'],
    ['partial-date', '2026-13'],
    ['partial-date', '26'],
    ['base64', 'abc'],
    ['base64', 'ab=c'],
    ['uuid', '01a1fff0a7de705dbe8a50c5e87341d0'],
  ] as const)('refuse as %s: %s', (format, text) => {
    expect(formats[format](text)).toBe(false);
  });

  it('know leap years', () => {
    expect(['1900-02-29', '2000-02-29', '2024-02-29', '2100-02-29'].map((day) => formats.date(day))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});
