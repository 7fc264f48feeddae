import { hash } from 'node:crypto';
import { questionnaireId } from './assignment.ts';
import { isJson, type Json, objects, text } from './json.ts';

/** What of a resource tells whether two are the same write. */
export type Compared = 'attachment' | 'reading' | 'answers';

/**
 * Digest of what a write says, the same for what was sent and for what the record system gives back.
 * `attachment`: the text of the first attachment, whatever its line ends; `reading`: code, time and values; `answers`:
 * the questionnaire and the answer to each of its questions.
 */
export function fingerprint(resource: Json, compared: Compared): string | undefined {
  if (compared === 'reading') return digest(JSON.stringify(readingOf(resource)));
  if (compared === 'answers') return digest(JSON.stringify(answersIn(resource)));
  const data = text(attachmentOf(resource), 'data');
  return data === undefined ? undefined : textFingerprint(Buffer.from(data, 'base64').toString('utf8'));
}

/** Digest of a note's text; line ends, blanks at the end of lines and around the text do not count. */
export function textFingerprint(note: string): string {
  const lines = note.normalize('NFC').split(/\r\n|\r|\n/);
  return digest(
    lines
      .map((line) => line.trimEnd())
      .join('\n')
      .trim(),
  );
}

/** The first attachment of a DocumentReference: the only one that Epic keeps. */
export function attachmentOf(resource: Json): Json | undefined {
  const attachment = objects(resource['content'])[0]?.['attachment'];
  return isJson(attachment) ? attachment : undefined;
}

function readingOf(observation: Json): unknown {
  const values = (each: Json): unknown[] => {
    const code = isJson(each['code'])
      ? objects(each['code']['coding']).map((coding) => text(coding, 'code'))
      : [];
    const quantity = isJson(each['valueQuantity']) ? each['valueQuantity']['value'] : undefined;
    return [code.sort(), quantity ?? each['valueString'] ?? each['valueInteger'] ?? null];
  };
  const time = Date.parse(text(observation, 'effectiveDateTime') ?? '');
  return [time, values(observation), objects(observation['component']).map(values)];
}

/** The questionnaire's id, then link id and values of each question that was answered. */
function answersIn(response: Json): unknown {
  const items = (parent: Json): readonly Json[] =>
    objects(parent['item']).flatMap((item) => [
      item,
      ...items(item),
      ...objects(item['answer']).flatMap(items),
    ]);
  const answered = items(response)
    .filter((item) => objects(item['answer']).length > 0)
    .map((item) => [text(item, 'linkId') ?? '', objects(item['answer']).map(valueIn)] as const);
  const ordered = answered.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [questionnaireId(text(response, 'questionnaire') ?? ''), ordered];
}

function valueIn(answer: Json): unknown {
  const [name, value] = Object.entries(answer).find(([member]) => member.startsWith('value')) ?? [];
  if (isJson(value)) return [value['value'], value['code'] ?? value['unit'] ?? null];
  return [name, typeof value === 'string' ? value.trim() : (value ?? null)];
}

/** Digest of a text. */
export function digest(content: string): string {
  return hash('sha256', content, 'base64url');
}
