import type { NewResource } from '../record/client.ts';
import { attachmentOf } from '../record/fingerprint.ts';
import { type Json, objects, text } from '../record/json.ts';
import type { CreatedResource } from './route.ts';

/** The notes that a record system takes for one, or why it takes none, in plain words. */
export type NoteParts =
  | { readonly ok: true; readonly parts: readonly NewResource[] }
  | { readonly ok: false; readonly why: string };

/**
 * Divides a note that is longer than the record system takes: between its sections only, each part beginning with the
 * note's first line and a line that says which part it is. Nothing of the text is left out, none of it stands twice but
 * the first line, and the same note is divided in the same way at every try.
 */
export function notePartsOf(note: NewResource, split: CreatedResource['split']): NoteParts {
  const attachment = attachmentOf(note);
  const data = text(attachment, 'data');
  if (attachment === undefined || data === undefined) return { ok: true, parts: [note] };
  const whole = Buffer.from(data, 'base64').toString('utf8');
  const { lengths, bare } = withoutSections(attachment);
  if (split === undefined || whole.length <= split.characters) {
    return { ok: true, parts: [withAttachment(note, bare)] };
  }
  const sections = sectionsIn(whole, lengths);
  if (sections === undefined) return { ok: false, why: `it has no sections to divide it by ${limit(split)}` };

  const [firstLine = '', ...rest] = (sections[0] ?? '').split('\n');
  const pieces = [...(rest.length === 0 ? [] : [rest.join('\n')]), ...sections.slice(1)];
  const headOf = (part: number, parts: number): string =>
    `${firstLine}\n${split.label.replaceAll('{part}', String(part)).replaceAll('{parts}', String(parts))}\n`;
  // No label is longer than that of the last of as many parts as there are pieces.
  const room = split.characters - headOf(pieces.length, pieces.length).length;
  const tooLong = pieces.findIndex((piece) => piece.length > room);
  if (tooLong >= 0) {
    return {
      ok: false,
      why: `a section of ${pieces[tooLong]?.length} characters is too long ${limit(split)}`,
    };
  }
  const bodies = packed(pieces, room);
  // Size and hash are those of the whole.
  const { size: _size, hash: _hash, ...members } = bare;
  return {
    ok: true,
    parts: bodies.map((body, i) => {
      const content = `${headOf(i + 1, bodies.length)}${body}`;
      return withAttachment(note, { ...members, data: Buffer.from(content).toString('base64') });
    }),
  };
}

/** Joins neighbours with line ends as long as they fit. */
function packed(pieces: readonly string[], room: number): readonly string[] {
  const bodies: string[] = [];
  for (const piece of pieces) {
    const last = bodies.at(-1);
    if (last !== undefined && last.length + 1 + piece.length <= room) {
      bodies[bodies.length - 1] = `${last}\n${piece}`;
    } else {
      bodies.push(piece);
    }
  }
  return bodies;
}

/** The sections of a text, by their lengths; undefined where the lengths are not its own. */
function sectionsIn(whole: string, lengths: readonly number[]): readonly string[] | undefined {
  const sections: string[] = [];
  let start = 0;
  for (const length of lengths) {
    sections.push(whole.slice(start, start + length));
    start += length + 1;
  }
  return lengths.length > 0 && sections.join('\n') === whole ? sections : undefined;
}

/** An attachment as a record system gets it, without what it says of its sections, and their lengths in UTF-16 units. */
function withoutSections(attachment: Json): { readonly lengths: readonly number[]; readonly bare: Json } {
  const extensions = objects(attachment['extension']);
  const isSection = (each: Json): boolean => text(each, 'url')?.endsWith(sectionExtension) === true;
  const lengths = extensions.filter(isSection).map(({ valueInteger }) => Number(valueInteger));
  const others = extensions.filter((each) => !isSection(each));
  const { extension: _, ...members } = attachment;
  return { lengths, bare: others.length === 0 ? members : { ...members, extension: others } };
}

const sectionExtension = '/StructureDefinition/note-section';

function withAttachment(note: NewResource, attachment: Json): NewResource {
  const [first, ...others] = objects(note['content']);
  return { ...note, content: [{ ...first, attachment }, ...others] };
}

function limit({ characters }: NonNullable<CreatedResource['split']>): string {
  return `for notes of ${characters} characters`;
}
