import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BridgeError, type ErrorDetail } from '../errors.ts';
import { readYamlFile } from './yaml-file.ts';

/** The kinds of answer that Epic takes, which are also the last parts of the members that hold them. */
const answerTypes = ['decimal', 'string', 'quantity', 'date', 'time', 'boolean'] as const;

export type AnswerType = (typeof answerTypes)[number];

/** How one question of a kind is answered in the record system's questionnaire. */
export interface MappedQuestion {
  readonly linkId: string;
  readonly as: AnswerType;
  /** What of a choice is sent as its text: what the citizen read (preset), or the code. */
  readonly choice?: 'label' | 'code';
  /** The text that stands for a code, or for true and false. */
  readonly values?: Readonly<Record<string, string>>;
}

interface QuestionMapFile {
  readonly kind: string;
  /** Versions of the kind; absent: all. */
  readonly versions?: readonly string[];
  /** The questionnaire as the record system wants it named in an answer. */
  readonly questionnaire: string;
  /** By question id of the kind. */
  readonly answers: Readonly<Record<string, MappedQuestion>>;
}

/** Which questions of a kind of assessment are which of a questionnaire that the record system owns. */
export interface QuestionMap extends QuestionMapFile {
  /** Where a question of the map stands: file:line:column. */
  at(question: string): string;
}

const text = { type: 'string', minLength: 1 };

/** What a map of questions may say (JSON Schema). */
export const questionMapSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['kind', 'questionnaire', 'answers'],
  properties: {
    kind: text,
    versions: { type: 'array', items: text, minItems: 1 },
    // An id at the end, with or without a version, since assignments are recognised by it.
    questionnaire: { type: 'string', pattern: '(^|/)[^/|]+(\\|[^/|]+)?$' },
    answers: {
      type: 'object',
      minProperties: 1,
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['linkId', 'as'],
        properties: {
          linkId: text,
          as: { enum: answerTypes },
          choice: { enum: ['label', 'code'] },
          values: { type: 'object', minProperties: 1, additionalProperties: text },
        },
      },
    },
  },
};

/**
 * Reads all maps of questions in a folder (*.yaml).
 * @throws BridgeError `mapping-invalid` with all mistakes of all files, each as file:line:column.
 */
export function loadQuestionMaps(folder: string): readonly QuestionMap[] {
  const mistakes: ErrorDetail[] = [];
  const maps: QuestionMap[] = [];
  for (const name of readdirSync(folder)
    .filter((each) => each.endsWith('.yaml'))
    .sort()) {
    try {
      const { content, at } = readYamlFile<QuestionMapFile>(join(folder, name), questionMapSchema);
      const map = { ...content, at: (question: string) => at(['answers', question]) };
      mistakes.push(...contradictionsIn(map));
      const rival = maps.find((other) => overlap(other, map));
      if (rival !== undefined) {
        mistakes.push({ text: `kind ${map.kind} has a map of these versions already`, at: at(['kind']) });
      }
      maps.push(map);
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      mistakes.push(...error.details);
    }
  }
  if (mistakes.length > 0) throw new BridgeError('mapping-invalid', mistakes);
  return maps;
}

/** The map for a version of a kind. */
export function questionMapOf(
  maps: readonly QuestionMap[],
  kind: { readonly id: string; readonly version: string },
): QuestionMap | undefined {
  return maps.find((map) => map.kind === kind.id && (map.versions?.includes(kind.version) ?? true));
}

/** What the schema cannot say of a map. */
function contradictionsIn(map: QuestionMap): readonly ErrorDetail[] {
  const taken = new Map<string, string>();
  return Object.entries(map.answers).flatMap(([id, { linkId, as, choice, values }]) => {
    const other = taken.get(linkId);
    taken.set(linkId, id);
    const at = map.at(id);
    return [
      ...(other === undefined ? [] : [{ text: `answers.${id}: ${other} has the same linkId`, at }]),
      ...(as !== 'string' && (choice ?? values) !== undefined
        ? [{ text: `answers.${id}: choice and values make texts, so the answer must be sent as string`, at }]
        : []),
    ];
  });
}

function overlap(one: QuestionMap, other: QuestionMap): boolean {
  if (one.kind !== other.kind) return false;
  if (one.versions === undefined || other.versions === undefined) return true;
  return one.versions.some((version) => other.versions?.includes(version));
}
