import type { Note } from '../sandbox/notes.ts';
import type { Expectation } from './demo-expectation.ts';

/** The part of an assessment that the demonstration reads back. */
export interface Body {
  readonly id: string;
  readonly edition: number;
  readonly kind: { readonly id: string; readonly title?: string };
  readonly client: { readonly hetu?: string };
  readonly sections: readonly {
    questions: readonly { text: string; answers: readonly Record<string, unknown>[] }[];
  }[];
}

/** The answer to a sending. */
export interface Receipt {
  readonly status: number;
  readonly id?: string;
}

/** The words of each answer that the note must hold as they are. */
function wordsOf(body: Body): readonly string[] {
  return body.sections.flatMap(({ questions }) =>
    questions.flatMap(({ text, answers }) => [
      text,
      ...answers.flatMap((answer) => {
        const word = answer['display'] ?? answer['label'] ?? answer['title'] ?? answer['value'];
        return typeof word === 'boolean' || word === undefined ? [] : [String(word)];
      }),
    ]),
  );
}

/** The notes in the record about this edition, recognised by the lines that name assessment and edition. */
export function notesAbout(notes: readonly Note[], { id, edition }: Body): readonly Note[] {
  return notes.filter(({ text }) => {
    const lines = text.split('\n');
    return (
      lines.some((line) => line.endsWith(`: ${id}`)) &&
      lines.some((line) => /^\S+: \d+$/.test(line) && line.endsWith(`: ${edition}`))
    );
  });
}

/** What of a sending is not as it should be. */
export function problemsOf(
  expected: Expectation,
  receipt: Receipt,
  now: { state?: string; cause?: string },
  notes: readonly Note[],
  body: Body,
): readonly string[] {
  const problems: string[] = [];
  if (!expected.statuses.includes(receipt.status)) problems.push(`answered ${receipt.status}`);
  const { standing } = expected;
  if (standing !== undefined && (now.state !== standing.state || now.cause !== standing.cause)) {
    problems.push(`is ${now.state} ${now.cause ?? ''}`.trim());
  }
  const wanted = standing?.state === 'delivered' ? 1 : 0;
  if (notes.length !== wanted) problems.push(`${notes.length} notes in the record, not ${wanted}`);
  const [note] = notes;
  if (note !== undefined) {
    const lost = wordsOf(body).filter((word) => !note.text.includes(word));
    if (lost.length > 0) problems.push(`${lost.length} texts are not in the note word for word`);
  }
  return problems;
}
