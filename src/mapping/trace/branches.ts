import { type Place, showPlace } from '../files/place.ts';
import type { Template } from '../template/template.ts';

/** A way through a template that an assessment may take or not. */
export interface Branch {
  /** `file:line:column` */
  readonly rule: string;
  /** `$if`, `$else`, `$for`, `$default`, or a case of `$switch`. */
  readonly what: string;
  readonly taken: boolean;
}

/** Every branch of a template, fragments too. */
export function branchesOf(template: Template, used: ReadonlySet<Template>): readonly Branch[] {
  const branch = (what: string, body: Template | undefined, place?: Place): readonly Branch[] =>
    body
      ? [{ rule: showPlace(place ?? body.place), what, taken: used.has(body) }, ...branchesOf(body, used)]
      : [];
  const inside = (template: Template): readonly Branch[] => branchesOf(template, used);
  switch (template.kind) {
    case 'if':
      return [...branch('$if', template.body), ...branch('$else', template.otherwise)];
    case 'switch':
      return [
        ...template.cases.flatMap(({ name, value, place }) => branch(`case ${name}`, value, place)),
        ...branch('$default', template.otherwise),
      ];
    case 'for':
      return branch('$for', template.body, template.place);
    case 'let':
    case 'include':
      return [...template.bindings.flatMap(({ value }) => inside(value)), ...inside(template.body)];
    case 'map':
      return template.members.flatMap(({ value }) => inside(value));
    case 'list':
    case 'lines':
      return template.items.flatMap(inside);
    case 'base64':
      return inside(template.of);
    default:
      return [];
  }
}
