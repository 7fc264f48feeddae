import { type Definition, labelOf } from './definition.ts';
import { child, type Element, flag, number, refuse, text } from './element.ts';
import { writtenIn } from './exact.ts';
import { extension, valueName } from './extension.ts';
import type { Branch, Leaf } from './made.ts';
import { quantityOf } from './quantity.ts';

/** One answer as the contract has it; `coded` is of the type choice or choices, as the others of its question say. */
export interface Answer {
  readonly type:
    | 'boolean'
    | 'integer'
    | 'decimal'
    | 'quantity'
    | 'date'
    | 'time'
    | 'dateTime'
    | 'string'
    | 'text'
    | 'coded'
    | 'attachment';
  readonly made: Branch;
}

/** What reading an answer needs to know of its question. */
export interface Asked {
  readonly definition: Definition | undefined;
  readonly language: string;
  /** The address of the extension with what the citizen saw or wrote. */
  readonly display: string;
}

const LARGEST = 1e15;
const TIME = /^\d\d:\d\d:\d\d$/;
const LINE = /^[^\r\n]{1,1000}$/;

/**
 * Reads `value[x]` of an answer; undefined when there is none. A value of a type or size that the contract does not
 * have is carried as text, word for word.
 * @throws BridgeError `resource-invalid`
 */
export function answerOf(answer: Element, asked: Asked): Answer | undefined {
  const name = valueName(answer);
  if (name === undefined) return undefined;
  const read = readers.get(name);
  if (read === undefined) refuse('has a value of a type that answers do not have', answer.at);
  return read(answer, name, asked);
}

type Read = (answer: Element, name: string, asked: Asked) => Answer;

const readers: ReadonlyMap<string, Read> = new Map(
  Object.entries<Read>({
    valueBoolean: (answer, name, asked) => valued('boolean', answer, flag(answer, name), asked),
    valueDecimal: numeric('decimal'),
    valueInteger: numeric('integer'),
    valueDate: (answer, name, asked) => valued('date', answer, text(answer, name), asked),
    valueDateTime: (answer, name, asked) => {
      const moment = text(answer, name);
      return valued(moment?.value.includes('T') === true ? 'dateTime' : 'date', answer, moment, asked);
    },
    valueTime: (answer, name, asked) => {
      const time = text(answer, name);
      return time !== undefined && TIME.test(time.value)
        ? valued('time', answer, time, asked)
        : words(answer, time, asked);
    },
    valueString: (answer, name, asked) => words(answer, text(answer, name), asked),
    valueUri: (answer, name, asked) => words(answer, text(answer, name), asked),
    valueCoding: coding,
    valueQuantity: quantity,
    valueAttachment: attachment,
    valueReference: reference,
  }),
);

function inner(answer: Element, name: string): Element {
  return child(answer, name) ?? answer;
}

function displayOf(answer: Element, { display }: Asked): Leaf<string> | undefined {
  const found = extension(answer, display);
  return found === undefined ? undefined : text(found, 'valueString');
}

function valued(type: Answer['type'], answer: Element, value: Leaf | undefined, asked: Asked): Answer {
  return { type, made: { at: answer.at, parts: { value, display: displayOf(answer, asked) } } };
}

/** A value without a type of its own: as it was written. */
function words(answer: Element, value: Leaf<string> | undefined, { definition }: Asked): Answer {
  const short = definition?.type === 'string' && value !== undefined && LINE.test(value.value);
  return { type: short ? 'string' : 'text', made: { at: answer.at, parts: { value } } };
}

function numeric(type: 'integer' | 'decimal'): Read {
  return (answer, name, asked) => {
    const value = number(answer, name);
    if (value === undefined) return valued(type, answer, value, asked);
    const { at } = value;
    const written = writtenIn(answer.members, name);
    if (Math.abs(value.value) > LARGEST)
      return words(answer, { at, value: written ?? String(value.value) }, asked);
    const display = displayOf(answer, asked) ?? (written === undefined ? undefined : { at, value: written });
    return { type, made: { at: answer.at, parts: { value, display } } };
  };
}

function coding(answer: Element, name: string, asked: Asked): Answer {
  const coded = inner(answer, name);
  const code = text(coded, 'code');
  const display = text(coded, 'display');
  // Of an open choice: what the citizen wrote in place of a code.
  if (code === undefined) {
    return words(answer, display ?? refuse('needs a code or a display', coded.at), asked);
  }
  const label = display ?? labelOf(coded, asked.definition, asked.language) ?? code;
  return { type: 'coded', made: { at: coded.at, parts: { code, system: text(coded, 'system'), label } } };
}

function quantity(answer: Element, name: string, asked: Asked): Answer {
  const measured = inner(answer, name);
  const { value, unit, ucum, display: shown } = quantityOf(measured);
  const display = displayOf(answer, asked) ?? shown;
  if (unit === undefined) return { type: 'decimal', made: { at: measured.at, parts: { value, display } } };
  return { type: 'quantity', made: { at: measured.at, parts: { value, unit, code: ucum, display } } };
}

function attachment(answer: Element, name: string): Answer {
  const attached = inner(answer, name);
  const contentType = text(attached, 'contentType');
  // Without a type it is any bytes (RFC 2046); parameters of a type have no place in the contract.
  const type = {
    at: attached.at,
    value: contentType?.value.split(';')[0]?.trim() ?? 'application/octet-stream',
  };
  const size = attached.members['size'];
  // R5 writes 64-bit integers as texts.
  const bytes =
    typeof size === 'string' ? { at: `${attached.at}.size`, value: Number(size) } : number(attached, 'size');
  const url = text(attached, 'url');
  const parts = {
    contentType: type,
    title: text(attached, 'title') ?? url ?? type,
    data: text(attached, 'data'),
    url,
    size: bytes,
  };
  return { type: 'attachment', made: { at: attached.at, parts } };
}

/** A reference is carried as what people read of it, and as what it points to. */
function reference(answer: Element, name: string, asked: Asked): Answer {
  const referred = inner(answer, name);
  const identifier = child(referred, 'identifier');
  const target = text(referred, 'reference') ?? (identifier && text(identifier, 'value'));
  const display = text(referred, 'display');
  if (display === undefined || target === undefined) {
    return words(answer, display ?? target ?? refuse('needs a display or a reference', referred.at), asked);
  }
  return words(answer, { at: referred.at, value: `${display.value} (${target.value})` }, asked);
}
