/**
 * The formats of texts that the contract names, as FHIR R4 wants them (http://hl7.org/fhir/R4/datatypes.html):
 * stricter than ISO 8601, so that what is accepted can be written into a resource unchanged.
 */

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const PARTIAL_DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;
const INSTANT =
  /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** A year, a month or a day of the calendar. */
function isPartialDate(value: string): boolean {
  const parts = PARTIAL_DATE.exec(value);
  if (parts === null) return false;
  const [, year = '', month, day] = parts;
  if (year === '0000') return false;
  if (month === undefined) return true;
  const days = Number(month) === 2 && isLeapYear(Number(year)) ? 29 : DAYS[Number(month) - 1];
  if (days === undefined) return false;
  return day === undefined || (Number(day) >= 1 && Number(day) <= days);
}

/** A day of the calendar. */
function isDate(value: string): boolean {
  return value.length === 10 && isPartialDate(value);
}

/** A moment to the second or finer, with its offset. */
function isInstant(value: string): boolean {
  const parts = INSTANT.exec(value);
  return parts?.[1] !== undefined && isDate(parts[1]);
}

/** By the names that openapi.yaml uses. */
export const formats = {
  'date-time': isInstant,
  date: isDate,
  'partial-date': isPartialDate,
  base64: (value: string) => value.length % 4 === 0 && BASE64.test(value),
  uuid: (value: string) => UUID.test(value),
} as const;
