import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdsHetu, readHetu } from '../../src/assessment/hetu.ts';

const TODAY = '2026-11-21';
const CHECK = '0123456789ABCDEFHJKLMNPRSTUVWXY';

const pad = (value: number, length: number) => String(value).padStart(length, '0');

/** Codes of the artificial range, on any day of the three centuries up to today. */
const artificial = fc
  .record({
    day: fc.date({ min: new Date('1850-01-01'), max: new Date('2026-11-20'), noInvalidDate: true }),
    individual: fc.integer({ min: 900, max: 999 }),
    choice: fc.nat(5),
  })
  .map(({ day, individual, choice }) => {
    const year = day.getUTCFullYear();
    const separators = year < 1900 ? '+' : year < 2000 ? '-YXWVU' : 'ABCDEF';
    const digits = `${pad(day.getUTCDate(), 2)}${pad(day.getUTCMonth() + 1, 2)}${pad(year % 100, 2)}`;
    const check = CHECK[Number(`${digits}${individual}`) % 31] ?? '';
    const separator = separators[choice % separators.length] ?? '';
    return { hetu: `${digits}${separator}${individual}${check}`, birthDate: day.toISOString().slice(0, 10) };
  });

describe('a personal identity code', () => {
  it('gives the date of birth by its century, whatever separator of the century it has', () => {
    fc.assert(
      fc.property(artificial, ({ hetu, birthDate }) => {
        expect(readHetu(hetu, TODAY)).toEqual({ ok: true, hetu, birthDate, artificial: true });
      }),
    );
  });

  it('is accepted in lower case and kept in upper case', () => {
    expect(readHetu('020516c903k', TODAY)).toMatchObject({ ok: true, hetu: '020516C903K' });
  });

  it('is refused when any one character is another', () => {
    fc.assert(
      fc.property(artificial, fc.nat(10), fc.constantFrom(...'0123456789'), ({ hetu }, at, digit) => {
        fc.pre(hetu[at] !== digit && at !== 6);
        const changed = hetu.slice(0, at) + digit + hetu.slice(at + 1);
        expect(readHetu(changed, TODAY).ok).toBe(false);
      }),
    );
  });

  it.each([
    ['', 'form'],
    ['020516C903', 'form'],
    [' 020516C903K', 'form'],
    ['020516G903K', 'form'],
    ['020516C903I', 'form'],
    ['310216A9018', 'date'],
    ['300223A9017', 'date'],
    ['221126A9018', 'future'],
    ['020516C001H', 'individual-number'],
    ['020516C903L', 'check-character'],
  ])('is refused with the reason: %s, %s', (input, fault) => {
    expect(readHetu(input, TODAY)).toEqual({ ok: false, fault });
  });

  it('is accepted at its limits: born today, and the lowest individual number', () => {
    const withCheck = (digits: string) => CHECK[Number(digits) % 31] ?? '';
    const bornToday = `211126A900${withCheck('211126900')}`;
    expect(readHetu(bornToday, TODAY)).toMatchObject({ ok: true, birthDate: TODAY, artificial: true });
    const lowest = `020516C002${withCheck('020516002')}`;
    expect(readHetu(lowest, TODAY)).toMatchObject({ ok: true, artificial: false });
  });

  it('is not seen in arbitrary text, however like one it looks', () => {
    const like = fc.tuple(fc.string({ maxLength: 3 }), artificial, fc.string({ maxLength: 3 }));
    fc.assert(
      fc.property(like, ([before, { hetu }, after]) => {
        fc.pre(before + after !== '');
        expect(readHetu(before + hetu + after, TODAY)).toEqual({ ok: false, fault: 'form' });
      }),
    );
  });
});

describe('words', () => {
  it('that hold an identity code are recognised, wherever it stands and however it is written', () => {
    fc.assert(
      fc.property(artificial, fc.constantFrom('', ' ', 'code '), fc.boolean(), ({ hetu }, before, lower) => {
        expect(holdsHetu(`${before}${lower ? hetu.toLowerCase() : hetu}.`)).toBe(true);
      }),
    );
  });

  it.each(['140688\u2013902N', '140688 - 902N', '１４０６８８-９０２N', '140688-902X'])(
    'that hold one in another dress, or a mistyped one, are recognised: %s',
    (text) => {
      expect(holdsHetu(text)).toBe(true);
    },
  );

  it.each([
    'ticket INC-140688',
    'called 040 123 4567',
    '01a20016-0d35-77cf-84fc-4e140973d04e',
    'from 2026-11-22 on',
    'OID 1.2.246.10.99999999.10.0',
    'eK79FKQFWH9r3z4MRdgqB',
  ])('that hold none are let through: %s', (text) => {
    expect(holdsHetu(text)).toBe(false);
  });
});
