import { infer, isMany, type Sight } from './check/infer.ts';
import { isProblem, parseExpression } from './expression/parse-expression.ts';
import { textOf } from './files/members.ts';
import type { Place, Report } from './files/place.ts';
import type { Yaml } from './files/yaml.ts';
import type { Rule } from './template/template.ts';

/** What the assessments of a mapping must have besides what the contract asks of all: a path into the assessment. */
export type Need = Rule;

const PATH = /^[A-Za-z]\w*(\.[A-Za-z]\w*)*$/;

/** Reads `needs` of a mapping.yaml; mistakes are reported. */
export function readNeeds(yaml: Yaml, report: Report): Need[] {
  if (yaml.kind !== 'list') {
    report(yaml.place, 'needs is a list of paths into the assessment: [recipient.queue].');
    return [];
  }
  return yaml.items.flatMap((item) => {
    const text = textOf(item, 'What a mapping needs', report);
    if (text === undefined) return [];
    const expression = parseExpression(text);
    if (!PATH.test(text) || isProblem(expression)) {
      report(item.place, 'What a mapping needs is a plain path into the assessment: recipient.queue.');
      return [];
    }
    const { place } = item;
    const placeAt = (offset: number): Place =>
      item.kind === 'scalar' ? item.placeOf(text.slice(offset), offset) : place;
    return [{ text, expression, place, placeAt }];
  });
}

/** Checks that an assessment can have what is needed, once. */
export function checkNeeds(
  needs: readonly Need[],
  source: Pick<Sight, 'source' | 'document'>,
  report: Report,
): void {
  for (const need of needs) {
    const shape = infer(need, { ...source, variables: new Map() }, report);
    if (isMany(shape)) report(need.place, `"${need.text}" may come several times; a need is one value.`);
  }
}
