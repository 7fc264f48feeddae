import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { primitives } from '../../src/fhir/primitives.ts';

const accepts = (type: string, value: unknown): boolean => primitives[type]?.(value) === undefined;

const examples: [type: string, good: unknown[], bad: unknown[]][] = [
  ['boolean', [true, false], ['true', 0, null]],
  ['integer', [0, -1, 2147483647, -2147483648], [2147483648, 1.5, '1', Number.NaN]],
  ['unsignedInt', [0, 1], [-1]],
  ['positiveInt', [1], [0]],
  ['decimal', [0, -1.5, 1e10], ['1.5', Number.POSITIVE_INFINITY]],
  ['string', ['a', ' a ', 'a\nb\tc', 'ä €😀'], ['', ' ', '\u0001', 1, 'x'.repeat(1024 * 1024 + 1)]],
  ['code', ['a', 'a b'], [' a', 'a ', 'a  b', 'a\tb']],
  ['id', ['a', 'A-1.b', 'x'.repeat(64)], ['', 'a_b', 'ä', 'x'.repeat(65)]],
  ['uri', ['urn:oid:1.2', 'a', 'https://a.fi/ä'], ['a b', '']],
  ['oid', ['urn:oid:1.2.246.21', 'urn:oid:0.0'], ['1.2.3', 'urn:oid:3.1', 'urn:oid:1.02', 'urn:oid:1']],
  [
    'uuid',
    ['urn:uuid:c757873d-ec9a-4326-a141-556f43239520'],
    ['c757873d-ec9a-4326-a141-556f43239520', 'urn:uuid:C757873D-EC9A-4326-A141-556F43239520'],
  ],
  ['base64Binary', ['YQ==', 'YWI=', 'YWJj', 'YW\nJj'], ['YQ', 'YQ=', 'Y===', '====', 'YQ=a', 'Y-_=']],
  [
    'date',
    ['2024', '2024-02', '2024-02-29', '2000-02-29'],
    ['24', '2024-2', '2023-02-29', '1900-02-29', '2024-04-31', '2024-13', '0000', '2024-02-29T00:00:00Z'],
  ],
  [
    'dateTime',
    [
      '2024',
      '2024-02-29',
      '2024-02-29T23:59:60Z',
      '2024-02-29T00:00:00.123456+02:00',
      '2024-01-01T00:00:00+14:00',
    ],
    [
      '2024-02-29T00:00',
      '2024-02-29T00:00:00',
      '2024-02-30T00:00:00Z',
      '2024-02T00:00:00Z',
      '2024-01-01T24:00:00Z',
      '2024-01-01T00:00:00+14:30',
      '2024-01-01 00:00:00Z',
    ],
  ],
  ['instant', ['2024-02-29T00:00:00Z'], ['2024-02-29', '2024', '2024-02-29T00:00Z']],
  ['time', ['00:00:00', '23:59:59.9'], ['24:00:00', '1:00:00', '12:00', '12:00:00Z']],
];

describe('the formats of primitive types', () => {
  it.each(examples)('%s', (type, good, bad) => {
    expect(good.filter((value) => !accepts(type, value))).toEqual([]);
    expect(bad.filter((value) => accepts(type, value))).toEqual([]);
  });

  it('take every day of the calendar and no other', () => {
    const day = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(day, (date) => {
        expect(accepts('date', date.toISOString().slice(0, 10))).toBe(true);
        expect(accepts('instant', date.toISOString())).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.nat(9999), fc.nat(19), fc.nat(39), (year, month, date) => {
        const pad = (number: number, length = 2): string => String(number).padStart(length, '0');
        const text = `${pad(year, 4)}-${pad(month)}-${pad(date)}`;
        const parsed = new Date(`${text}T00:00:00Z`);
        const exists = !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text) && year > 0;
        expect(accepts('date', text)).toBe(exists);
      }),
    );
  });

  it('take base64 of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        expect(accepts('base64Binary', text)).toBe(true);
        expect(accepts('base64Binary', `${text}=`)).toBe(false);
      }),
    );
  });
});
