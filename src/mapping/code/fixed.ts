import type { Constant } from '../check/shape.ts';
import type { Member, Rule, Template } from '../template/template.ts';

/** What checking found out about templates. */
export interface Checked {
  /** Whether FHIR takes a list or one value, for members whose form does not say it. */
  readonly cardinality: ReadonlyMap<Member, 'list' | 'one'>;
  /** Expressions that give the same for every assessment. */
  readonly constants: ReadonlyMap<Rule, Constant>;
}

/** Whether a template gives the same for every assessment. */
export function isFixed(template: Template, checked: Checked): boolean {
  const isConstant = (rule: string | Rule): boolean =>
    typeof rule === 'string' || checked.constants.has(rule);
  switch (template.kind) {
    case 'literal':
      return true;
    case 'text':
      return template.parts.every(isConstant);
    case 'value':
      return isConstant(template.rule);
    case 'map':
      return template.members.every(({ value }) => isFixed(value, checked));
    case 'list':
      return template.items.every((item) => isFixed(item, checked));
    case 'include':
      return [...template.bindings.map(({ value }) => value), template.body].every((each) =>
        isFixed(each, checked),
      );
    default:
      return false;
  }
}

/** What a template that `isFixed` gives: made once, frozen, and shared by all bundles. */
export function fixedValue(template: Template, checked: Checked): unknown {
  switch (template.kind) {
    case 'literal':
      return template.value === '' ? undefined : template.value;
    case 'text': {
      const { constants } = checked;
      const parts = template.parts.map((part) => (typeof part === 'string' ? part : constants.get(part)));
      return parts.join('') || undefined;
    }
    case 'value':
      return checked.constants.get(template.rule);
    case 'map': {
      const members = template.members.flatMap((member) => {
        const value = fixedMember(member, checked);
        return isEmpty(value) ? [] : [[member.name, value] as const];
      });
      return members.length === 0 ? undefined : Object.freeze(Object.fromEntries(members));
    }
    case 'list': {
      const items = template.items
        .flatMap((item) => fixedValue(item, checked))
        .filter((item) => !isEmpty(item));
      return items.length === 0 ? undefined : Object.freeze(items);
    }
    case 'include':
      return fixedValue(template.body, checked);
    default:
      return undefined;
  }
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === '';
}

function fixedMember(member: Member, checked: Checked): unknown {
  const value = fixedValue(member.value, checked);
  if (value === undefined || !isListed(member, checked)) return value;
  return Array.isArray(value) ? value : Object.freeze([value]);
}

/** Whether a member's value becomes a list by itself, for FHIR takes a list there. */
export function isListed(member: Member, { cardinality }: Checked): boolean {
  const { kind } = member.value;
  return kind !== 'literal' && kind !== 'map' && kind !== 'list' && cardinality.get(member) === 'list';
}
