/** Says what is wrong with a value, or nothing. */
type Format = (value: unknown) => string | undefined;

const DATE = /^(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?$/;
const ZONE = /(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)$/;
const MAX_INTEGER = 2_147_483_647;
const MAX_STRING = 1024 * 1024;

/** The formats of FHIR R4's primitive types (R4 §2.24.0.1), dates by the real calendar. */
export const primitives: Readonly<Record<string, Format>> = {
  boolean: (value) => (typeof value === 'boolean' ? undefined : 'Must be true or false.'),
  integer: whole(-MAX_INTEGER - 1, 'Must be a whole number of 32 bits.'),
  unsignedInt: whole(0, 'Must be a whole number from 0 to 2147483647.'),
  positiveInt: whole(1, 'Must be a whole number from 1 to 2147483647.'),
  decimal: (value) => (typeof value === 'number' && Number.isFinite(value) ? undefined : 'Must be a number.'),
  string: text(isText, 'Must be text that is not blank and holds no control characters.'),
  markdown: text(isText, 'Must be text that is not blank and holds no control characters.'),
  xhtml: text(() => true, ''),
  code: text(
    (value) => /^[^\s]+(?:[ ][^\s]+)*$/.test(value),
    'Must be a code: no space but single ones within.',
  ),
  id: text(
    (value) => /^[A-Za-z0-9\-.]{1,64}$/.test(value),
    'Must be 1–64 letters, digits, hyphens and dots.',
  ),
  uri: text(isUri, 'Must be a URI without spaces.'),
  url: text(isUri, 'Must be a URL without spaces.'),
  canonical: text(isUri, 'Must be a canonical URL without spaces.'),
  oid: text((value) => /^urn:oid:[0-2](?:\.(?:0|[1-9]\d*))+$/.test(value), 'Must be an OID: urn:oid:1.2.3.'),
  uuid: text(
    (value) => /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(value),
    'Must be a UUID: urn:uuid: and 32 lower-case hex digits in five groups.',
  ),
  base64Binary: text(isBase64, 'Must be base64 with its padding.'),
  date: text((value) => isDate(value), 'Must be a date of the calendar: YYYY, YYYY-MM or YYYY-MM-DD.'),
  dateTime: text(isDateTime, 'Must be a date, or a date with time and time zone.'),
  instant: text(isInstant, 'Must be a date with time, seconds and time zone.'),
  time: text((value) => TIME.test(value), 'Must be a time: hh:mm:ss.'),
};

function whole(least: number, otherwise: string): Format {
  return (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= MAX_INTEGER
      ? undefined
      : otherwise;
}

function text(accepts: (value: string) => boolean, otherwise: string): Format {
  return (value) => {
    if (typeof value !== 'string') return 'Must be a JSON string.';
    if (value === '') return 'Must not be empty: leave the element out.';
    return accepts(value) ? undefined : otherwise;
  };
}

/** Not blank, no control characters but tab and line ends, at most 1 MB (R4 §2.24.0.1, string). */
function isText(value: string): boolean {
  return value.length <= MAX_STRING && /\S/.test(value) && !/[^\P{Cc}\t\n\r\u007f-\u009f]/u.test(value);
}

function isUri(value: string): boolean {
  return !/\s/.test(value);
}

function isBase64(value: string): boolean {
  const bare = /\s/.test(value) ? value.replace(/\s/g, '') : value;
  if (bare.length % 4 !== 0) return false;
  const padding = bare.endsWith('==') ? 2 : bare.endsWith('=') ? 1 : 0;
  return /^[A-Za-z0-9+/]+$/.test(padding === 0 ? bare : bare.slice(0, -padding));
}

function isDate(value: string): boolean {
  const parts = DATE.exec(value);
  if (!parts || parts[1] === '0000') return false;
  if (parts[3] === undefined) return true;
  return Number(parts[3]) <= daysIn(Number(parts[1]), Number(parts[2]));
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function isDateTime(value: string): boolean {
  return value.includes('T') ? isInstant(value) : isDate(value);
}

function isInstant(value: string): boolean {
  const zone = ZONE.exec(value);
  return (
    zone !== null && value[10] === 'T' && TIME.test(value.slice(11, zone.index)) && isDate(value.slice(0, 10))
  );
}
