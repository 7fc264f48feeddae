/** A stretch of time in milliseconds since 1970: from `start` (included) to `end` (excluded). */
export type Span = { start: number; end: number };

const PARTS = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;
const MINUTE = 60_000;
const helsinki = new Intl.DateTimeFormat('en-US', {
  timeZone: 'Europe/Helsinki',
  timeZoneName: 'longOffset',
});

/**
 * The stretch of time that a FHIR date, dateTime or instant stands for, by its precision (FHIR R4, search, date).
 * Without a zone it is Finnish time. Undefined where the text is no such date.
 */
export function span(value: string): Span | undefined {
  const parts = PARTS.exec(value);
  if (parts === null) return undefined;
  const [, year = '', month, day, hour, minute, second, fraction, zone] = parts;
  const numbers = [year, month ?? '1', day ?? '1', hour ?? '0', minute ?? '0', second ?? '0'].map(Number);
  const [y = 0, mo = 1, d = 1, h = 0, mi = 0, s = 0] = numbers;
  if (mo < 1 || mo > 12 || d < 1 || d > new Date(Date.UTC(y, mo, 0)).getUTCDate()) return undefined;
  if (h > 23 || mi > 59 || s > 59) return undefined;
  const milliseconds = fraction === undefined ? 0 : Math.floor(Number(fraction) * 1000);
  const at = (wall: number) => wall - (zone === undefined ? finnishOffset(wall) : offset(zone));
  const wall = Date.UTC(y, mo - 1, d, h, mi, s, milliseconds);
  if (month === undefined) return { start: at(wall), end: at(Date.UTC(y + 1, 0, 1)) };
  if (day === undefined) return { start: at(wall), end: at(Date.UTC(y, mo, 1)) };
  if (hour === undefined) return { start: at(wall), end: at(Date.UTC(y, mo - 1, d + 1)) };
  const length = second === undefined ? MINUTE : fraction === undefined ? 1000 : 1;
  return { start: at(wall), end: at(wall) + length };
}

/** Milliseconds that Finnish wall time is ahead of UTC. */
function finnishOffset(wall: number): number {
  const near = helsinkiOffset(wall);
  return helsinkiOffset(wall - near);
}

function helsinkiOffset(instant: number): number {
  const name = helsinki.formatToParts(instant).find((part) => part.type === 'timeZoneName')?.value ?? '';
  return offset(name.replace('GMT', ''));
}

function offset(zone: string): number {
  if (zone === 'Z' || zone === '') return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6))) * MINUTE;
}
