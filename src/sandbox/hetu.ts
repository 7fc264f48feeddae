/** Identifier system of the Finnish personal identity code. */
export const HETU = 'urn:oid:1.2.246.21';

const CHECK_CHARACTERS = '0123456789ABCDEFHJKLMNPRSTUVWXY';

/** Separators by century of birth; several exist since 2023 and each makes another person. */
const SEPARATORS = { 18: ['+'], 19: ['-', 'Y', 'X', 'W', 'V', 'U'], 20: ['A', 'B', 'C', 'D', 'E', 'F'] };

/**
 * An artificial personal identity code: `number` is from 900 to 999, which no living person has.
 * `birthDate` is YYYY-MM-DD from 1800 to 2099; `variant` picks one of the century's separators.
 */
export function artificialHetu(birthDate: string, number: number, variant: number): string {
  const century = birthDate.startsWith('18') ? 18 : birthDate.startsWith('19') ? 19 : 20;
  const separators = SEPARATORS[century];
  const date = `${birthDate.slice(8, 10)}${birthDate.slice(5, 7)}${birthDate.slice(2, 4)}`;
  const separator = separators[variant % separators.length] ?? '';
  return `${date}${separator}${number}${CHECK_CHARACTERS[Number(`${date}${number}`) % 31]}`;
}

/** Whether a text has the form and the right check character of a personal identity code. */
export function isHetu(text: string): boolean {
  const parts = /^(\d{6})[-+YXWVUA-F](\d{3})([0-9A-Y])$/.exec(text);
  if (parts === null) return false;
  return CHECK_CHARACTERS[Number(`${parts[1]}${parts[2]}`) % 31] === parts[3];
}
