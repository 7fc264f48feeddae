/**
 * Finnish personal identity code (henkilötunnus, hetu): DDMMYY, a separator that tells the century, an
 * individual number of three digits and a check character. Rules: Digital and Population Data Services
 * Agency, reform of the personal identity code 2023. Two codes that differ in the separator only are two
 * persons, so it is never left out of a comparison.
 */

const FORM = /^(\d{2})(\d{2})(\d{2})([-+A-FU-Y])(\d{3})([0-9A-FHJ-NPR-Y])$/;
const CHECK = '0123456789ABCDEFHJKLMNPRSTUVWXY';

/** Why a code is refused; never holds a part of the code. */
export type HetuFault = 'form' | 'date' | 'future' | 'individual-number' | 'check-character';

export type HetuReading =
  | {
      readonly ok: true;
      /** In upper case, as it is stored. */
      readonly hetu: string;
      /** YYYY-MM-DD. */
      readonly birthDate: string;
      /** Individual number 900–999: a test code, never a real person's. */
      readonly artificial: boolean;
    }
  | { readonly ok: false; readonly fault: HetuFault };

function century(separator: string): number {
  if (separator === '+') return 1800;
  return '-UVWXY'.includes(separator) ? 1900 : 2000;
}

/** Reads a code as a person wrote it (lower case is accepted). `today` is YYYY-MM-DD in Finland. */
export function readHetu(input: string, today: string): HetuReading {
  const hetu = input.toUpperCase();
  const parts = FORM.exec(hetu);
  if (parts === null) return { ok: false, fault: 'form' };
  const [, day = '', month = '', year = '', separator = '', individual = '', check = ''] = parts;
  const fullYear = century(separator) + Number(year);
  const date = new Date(Date.UTC(fullYear, Number(month) - 1, Number(day)));
  const birthDate = `${fullYear}-${month}-${day}`;
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== birthDate) {
    return { ok: false, fault: 'date' };
  }
  if (birthDate > today) return { ok: false, fault: 'future' };
  if (Number(individual) < 2) return { ok: false, fault: 'individual-number' };
  if (CHECK[Number(`${day}${month}${year}${individual}`) % 31] !== check) {
    return { ok: false, fault: 'check-character' };
  }
  return { ok: true, hetu, birthDate, artificial: Number(individual) >= 900 };
}

const DASH = /[\u00ad\u2010-\u2015\u2212]/g;
const LIKENESS =
  /(?<![\p{L}\p{N}])(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d{2} ?[-+A-FU-Y] ?\d{3}[0-9A-Z](?![\p{L}\p{N}])/iu;

/** Whether a text holds what people would take for a personal identity code, a mistyped one too. */
export function holdsHetu(text: string): boolean {
  return LIKENESS.test(text.normalize('NFKC').replaceAll(DASH, '-'));
}
