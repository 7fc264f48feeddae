import { type Answer, answerOf } from './answer.ts';
import type { Definition } from './definition.ts';
import { children, type Element, expectOnly, refuse, text } from './element.ts';
import { asIdentifier } from './identifier.ts';
import type { Branch, Leaf, Made, Series } from './made.ts';
import { inOrder } from './order.ts';

/** What flattening needs to know beside the items. */
export interface Flattening {
  /** The elements of an item in this release of FHIR. */
  readonly known: ReadonlySet<string>;
  readonly language: string;
  /** The address of the extension of an answer with what the citizen saw or wrote. */
  readonly display: string;
}

/** A group of items, as its sections show it. */
interface Group {
  readonly at: string;
  readonly id: Leaf<string>;
  readonly title: Leaf<string> | undefined;
}

/** Answers of one question in the contract at most. */
const mostOf: Readonly<Partial<Record<Answer['type'], number>>> = { coded: 200, attachment: 20 };

/** The type of an unanswered question; FHIR's others (url, reference, group) are texts for the contract. */
const types: ReadonlyMap<string, string> = new Map([
  ...['boolean', 'decimal', 'integer', 'date', 'dateTime', 'time', 'string', 'attachment', 'quantity'].map(
    (type): [string, string] => [type, type],
  ),
  ['choice', 'choice'],
  ['open-choice', 'choice'],
  ['coding', 'choice'],
]);

/**
 * The sections of a QuestionnaireResponse: items nested to any depth in one order, none of them left out. A group is a
 * section; what follows a group within another stands in a further section of the outer one; what is asked because of an
 * answer stands behind it.
 * @throws BridgeError `resource-invalid`
 */
export function sectionsOf(
  response: Element,
  definitions: readonly Definition[],
  flattening: Flattening,
): Series {
  const sections: { group: Group; questions: Branch[] }[] = [];
  const outermost: Group = {
    at: `${response.at}.item`,
    id: { at: `${response.at}.item`, value: 'items' },
    title: undefined,
  };

  const questionsOf = (group: Group): Branch[] => {
    const last = sections.at(-1);
    if (last?.group === group) return last.questions;
    const questions: Branch[] = [];
    sections.push({ group, questions });
    return questions;
  };

  /** Opens a section for each line of a text: a title has one line. */
  const open = (at: string, id: Leaf<string>, title: Leaf<string> | undefined): Group => {
    const lines = title?.value.split(/[\r\n]+/).filter((line) => line.trim() !== '') ?? [];
    const groups = lines.map((line): Group => ({ at, id, title: { at: title?.at ?? at, value: line } }));
    const all = groups.length === 0 ? [{ at, id, title: undefined }] : groups;
    for (const group of all) questionsOf(group);
    return all.at(-1) ?? outermost;
  };

  const walk = (items: readonly Element[], asked: readonly Definition[], group: Group): void => {
    for (const { item, definition } of inOrder(items, asked)) {
      if (item !== undefined) visit(item, definition, group, group === outermost ? items : []);
      else if (definition !== undefined) leaveOpen(definition, group);
    }
  };

  const visit = (
    item: Element,
    definition: Definition | undefined,
    group: Group,
    siblings: readonly Element[],
  ): void => {
    expectOnly(item, (name) => flattening.known.has(name));
    if (item.members['subject'] !== undefined) {
      refuse('is about somebody else than the subject, which the bridge cannot carry', item.at);
    }
    const linkId = text(item, 'linkId') ?? refuse('needs a linkId', item.at);
    const answers = children(item, 'answer');
    const nested = children(item, 'item');
    const words = text(item, 'text') ?? definition?.text;
    const id = asIdentifier(linkId);
    const grouping =
      definition === undefined
        ? nested.length > 0 || isGroupAmong(siblings, words)
        : definition.type === 'group';
    if (answers.length === 0 && definition?.type === 'display') open(item.at, id, words);
    else if (answers.length === 0 && grouping) {
      walk(nested, definition?.items ?? [], open(item.at, id, words));
    } else {
      const question = { at: item.at, id, text: words ?? linkId, definition };
      ask(question, answers, group);
      const followed = answers.some(({ members }) => members['item'] !== undefined);
      walk(nested, followed ? [] : (definition?.items ?? []), group);
    }
  };

  const leaveOpen = (definition: Definition, group: Group): void => {
    const { at } = definition.element;
    const id = asIdentifier({ at, value: definition.linkId });
    if (definition.type === 'display') return;
    if (definition.type === 'group') {
      walk([], definition.items, open(at, id, definition.text));
      return;
    }
    ask({ at, id, text: definition.text ?? { at, value: definition.linkId }, definition }, [], group);
    walk([], definition.items, group);
  };

  /** Answers of one type stand together; a change of type, or what is asked because of an answer, begins the question again. */
  const ask = (question: Question, answers: readonly Element[], group: Group): void => {
    const { definition } = question;
    let run: Answer[] = [];
    let told = false;
    const end = (): void => {
      if (run.length > 0 || !told) questionsOf(group).push(questionOf(question, run));
      told = true;
      run = [];
    };
    for (const answer of answers) {
      expectOnly(answer, isOfAnswer);
      const read = answerOf(answer, { ...flattening, definition });
      const nested = children(answer, 'item');
      if (read === undefined && nested.length === 0) refuse('needs a value', answer.at);
      if (read !== undefined) {
        const [first] = run;
        const full = first !== undefined && run.length >= (mostOf[first.type] ?? 1);
        if (first !== undefined && (first.type !== read.type || full)) end();
        run.push(read);
      }
      if (nested.length === 0) continue;
      end();
      walk(nested, definition?.items ?? [], group);
    }
    if (run.length > 0 || !told) end();
  };

  walk(children(response, 'item'), definitions, outermost);
  return { at: outermost.at, items: sections.map(({ group, questions }) => sectionOf(group, questions)) };
}

interface Question {
  readonly at: string;
  readonly id: Leaf<string>;
  readonly text: Leaf<string>;
  readonly definition: Definition | undefined;
}

/**
 * Whether an item without answers and items, of which no Questionnaire says what it is, is a group without questions
 * rather than an unanswered question: its siblings tell.
 */
function isGroupAmong(siblings: readonly Element[], title: Leaf<string> | undefined): boolean {
  const has = (name: string) => siblings.some(({ members }) => members[name] !== undefined);
  return has('item') && !has('answer') && !/[\r\n]/.test(title?.value ?? '');
}

function isOfAnswer(name: string): boolean {
  return ['id', 'extension', 'item'].includes(name) || /^value[A-Z]/.test(name);
}

function sectionOf({ at, id, title }: Group, questions: readonly Branch[]): Made {
  return { at, parts: { id, title, questions: { at, items: questions } } };
}

function questionOf({ at, id, text: words, definition }: Question, answers: readonly Answer[]): Branch {
  const type = { at, value: typeOf(definition, answers) };
  return { at, parts: { id, text: words, type, answers: { at, items: answers.map(({ made }) => made) } } };
}

function typeOf(definition: Definition | undefined, answers: readonly Answer[]): string {
  const [first] = answers;
  const type = first?.type ?? types.get(definition?.type ?? '') ?? 'text';
  if (type !== 'coded' && type !== 'choice') return type;
  return answers.length > 1 || definition?.repeats === true ? 'choices' : 'choice';
}
