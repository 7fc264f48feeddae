import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { notePartsOf } from '../../src/delivery/note-parts.ts';
import { isJson, objects, text } from '../../src/record/json.ts';

const section = 'https://bridge.example/StructureDefinition/note-section';

/** A note of these sections, as a mapping makes it. */
function noteOf(sections: readonly string[], attachment: object = {}) {
  const whole = sections.join('\n');
  return {
    resourceType: 'DocumentReference',
    status: 'current',
    content: [
      {
        attachment: {
          extension: sections.map(({ length }) => ({ url: section, valueInteger: length })),
          contentType: 'text/plain',
          data: Buffer.from(whole).toString('base64'),
          ...attachment,
        },
      },
    ],
  };
}

function divided(note: ReturnType<typeof noteOf>, characters: number, label = 'Osa {part}/{parts}') {
  return notePartsOf(note, { characters, label });
}

function attachmentsOf(result: ReturnType<typeof notePartsOf>) {
  if (!result.ok) throw new Error(result.why);
  return result.parts.map((part) => {
    const attachment = objects(part['content'])[0]?.['attachment'];
    return isJson(attachment) ? attachment : {};
  });
}

function textsOf(result: ReturnType<typeof notePartsOf>): readonly string[] {
  return attachmentsOf(result).map((each) =>
    Buffer.from(text(each, 'data') ?? '', 'base64').toString('utf8'),
  );
}

describe('a note that is too long for the record system', () => {
  it('becomes several, each with the first line and a line that says which part it is', () => {
    const note = noteOf(['P3 · Yskä\nHelmi', 'TULOSYY\nyskä', `ESITIEDOT\n${'a'.repeat(60)}`]);
    expect(textsOf(divided(note, 90))).toEqual([
      'P3 · Yskä\nOsa 1/2\nHelmi\nTULOSYY\nyskä',
      `P3 · Yskä\nOsa 2/2\nESITIEDOT\n${'a'.repeat(60)}`,
    ]);
  });

  it('is never cut within a section, and none of its text is lost or stands twice', () => {
    const line = fc.stringMatching(/^[a-zåäö😀 ]{0,40}$/u);
    const lines = fc.array(line, { minLength: 1, maxLength: 4 }).map((each) => each.join('\n'));
    fc.assert(
      fc.property(
        fc.array(lines, { minLength: 1, maxLength: 14 }),
        fc.integer({ min: 260, max: 500 }),
        (sections, most) => {
          const whole = sections.join('\n');
          const texts = textsOf(divided(noteOf(sections), most));
          expect(texts.every(({ length }) => length <= most)).toBe(true);
          const [first = ''] = whole.split('\n');
          if (texts.length === 1) {
            expect(texts).toEqual([whole]);
            return;
          }
          const bodies = texts.map((each, i) => {
            const head = `${first}\nOsa ${i + 1}/${texts.length}\n`;
            expect(each.startsWith(head)).toBe(true);
            return each.slice(head.length);
          });
          const rest = whole.slice(first.length + 1);
          expect(bodies.join('\n')).toBe(rest);
        },
      ),
    );
  });

  it('is divided in the same way at every try', () => {
    const note = noteOf(Array.from({ length: 30 }, (_, i) => `${i}`.repeat(90)));
    expect(divided(note, 300)).toEqual(divided(note, 300));
    expect(textsOf(divided(note, 300)).length).toBeGreaterThan(9);
  });

  it('is not written where one section alone is longer, or nothing says where its sections end', () => {
    const long = noteOf(['P3', 'a'.repeat(120)]);
    expect(divided(long, 110)).toEqual({
      ok: false,
      why: 'a section of 120 characters is too long for notes of 110 characters',
    });
    for (const extension of [
      [],
      [{ url: section, valueInteger: 1 }],
      [{ url: section, valueInteger: 'x' }],
    ]) {
      const note = noteOf(['P3', 'a'.repeat(60), 'b'.repeat(60)], { extension });
      expect(divided(note, 110)).toEqual({
        ok: false,
        why: 'it has no sections to divide it by for notes of 110 characters',
      });
    }
  });
});

it('a note that fits is sent as it is, without what only the bridge needs', () => {
  const other = { url: 'https://other.example/x', valueString: 'kept' };
  const own = { url: section, valueInteger: 2 };
  const note = noteOf(['P3'], { extension: [own, other], size: 2 });
  expect(textsOf(divided(note, 100))).toEqual(['P3']);
  expect(attachmentsOf(divided(note, 100))).toMatchObject([{ extension: [other], size: 2 }]);
  expect(attachmentsOf(notePartsOf(noteOf(['P3']), undefined))[0]).not.toHaveProperty('extension');
});

it('parts tell neither size nor hash of the whole', () => {
  const note = noteOf(['P3', 'a'.repeat(60), 'b'.repeat(60)], { size: 125, hash: 'aGFzaA==' });
  for (const part of attachmentsOf(divided(note, 110))) {
    expect(part).not.toHaveProperty('size');
    expect(part).not.toHaveProperty('hash');
  }
});
