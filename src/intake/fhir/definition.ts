import { child, children, type Element, flag, text } from './element.ts';
import { extension } from './extension.ts';
import type { Leaf } from './made.ts';

/** One item of a Questionnaire: what was asked. */
export interface Definition {
  readonly linkId: string;
  readonly element: Element;
  readonly type: string;
  readonly text: Leaf<string> | undefined;
  readonly repeats: boolean;
  /** The codes offered, with what people read. */
  readonly options: readonly Element[];
  readonly items: readonly Definition[];
}

/** HL7's extension for a text in another language (http://hl7.org/fhir/StructureDefinition/translation). */
const TRANSLATION = 'http://hl7.org/fhir/StructureDefinition/translation';

/** A text of an element in the language, where the element has it translated, else as it stands. */
export function textIn(element: Element, name: string, language: string): Leaf<string> | undefined {
  const beside = child(element, `_${name}`);
  const translations = beside === undefined ? [] : children(beside, 'extension');
  const fitting = translations.find(
    (translation) =>
      translation.members['url'] === TRANSLATION &&
      extension(translation, 'lang')?.members['valueCode'] === language,
  );
  const content = extension(fitting, 'content');
  const translated =
    content === undefined ? undefined : (text(content, 'valueString') ?? text(content, 'valueMarkdown'));
  return translated ?? text(element, name);
}

/** The items of a Questionnaire or of one of its items. `option` is STU3's name for `answerOption`. */
export function definitionsOf(element: Element | undefined, language: string): readonly Definition[] {
  const items = element === undefined ? [] : children(element, 'item');
  return items.map((item) => ({
    linkId: text(item, 'linkId')?.value ?? '',
    element: item,
    type: text(item, 'type')?.value ?? 'group',
    text: textIn(item, 'text', language),
    repeats: flag(item, 'repeats')?.value === true,
    options: [...children(item, 'answerOption'), ...children(item, 'option')].flatMap(
      (option) => child(option, 'valueCoding') ?? [],
    ),
    items: definitionsOf(item, language),
  }));
}

/** What a coding was called in the options of its question. */
export function labelOf(
  coding: Element,
  definition: Definition | undefined,
  language: string,
): Leaf<string> | undefined {
  const { code, system } = coding.members;
  const option = definition?.options.find(
    ({ members }) => members['code'] === code && members['system'] === system,
  );
  return option === undefined ? undefined : textIn(option, 'display', language);
}
