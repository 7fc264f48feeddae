import { bindingCheck } from './bindings.ts';
import type { Definitions } from './definitions.ts';
import { type Conformance, conforms } from './discriminators.ts';
import { invariantCheck } from './invariants.ts';
import { accessOf, atItem, holderOf } from './items.ts';
import type { ElementRule, Structure, TypeRef } from './model.ts';
import { type Place, placeInside, rootPlace, ruleBelow } from './place.ts';
import { targetCheck } from './references.ts';
import { type Check, isObject, type Json, type Run, report } from './run.ts';
import { type ItemCheck, slicingCheck } from './slicing.ts';
import { type Node, treeOf } from './tree.ts';
import { contains, isSame } from './values.ts';

/** Looks at what one element of an object holds. */
type ChildCheck = (parent: Json, run: Run) => void;

/**
 * Compiles profiles, each when first asked for, to what they ask beyond the type they are of: the walker has seen to
 * the type itself.
 * @returns gives a profile's check by its url; undefined when the profile is not known
 */
export function createProfiles(definitions: Definitions): (url: string) => Check | undefined {
  const compiled = new Map<string, Check>();
  const profile = (url: string): Check | undefined => {
    const known = compiled.get(url);
    const structure = known ? undefined : definitions.structure(url);
    if (!structure) return known;
    let check: Check | undefined;
    const lazy: Check = (value, run) => {
      check ??= structure.derivation === 'constraint' ? compileProfile(structure) : typeCheck(structure);
      check(value, run);
    };
    compiled.set(url, lazy);
    return lazy;
  };

  function compileProfile(structure: Structure): Check {
    const root = treeOf(structure);
    const place = rootPlace(definitions, structure.type);
    if (!root || !place) return typeCheck(structure);
    const children = childrenChecks(root, place);
    const invariants = newInvariants(root.rule, place.structure.elements[0], structure.type);
    const isType = typeCheck(structure);
    return (value, run) => {
      if (!isObject(value)) return;
      const { resource } = run;
      if (structure.kind === 'resource') {
        isType(value, run);
        if (value['resourceType'] !== structure.type) return;
        const way = `${structure.url} ${run.at.join('.')}`;
        if (run.followed.has(way)) return;
        run.followed.add(way);
        run.resource = value;
      }
      for (const child of children) child(value, run);
      for (const invariant of invariants) invariant(value, run);
      run.resource = resource;
    };
  }

  function childrenChecks(node: Node, place: Place): ChildCheck[] {
    return node.children.flatMap((child) => childCheck(child, place) ?? []);
  }

  function childCheck(node: Node, place: Place): ChildCheck | undefined {
    const base = ruleBelow(place, node.step);
    if (!base) return undefined;
    const access = accessOf(base, node.step);
    const { rule } = node;
    const min = rule.min > base.min ? rule.min : 0;
    const max = rule.max === base.max ? Number.POSITIVE_INFINITY : (rule.max ?? Number.POSITIVE_INFINITY);
    const itemCheck = compileItem(node, base, place);
    const conformance: Conformance = { definitions, profile, nodeCheck: (target) => nodeCheck(target) };
    const slicing = slicingCheck(node, conformance, (slice) => compileItem(slice, base, place));
    if (min === 0 && max === Number.POSITIVE_INFINITY && !itemCheck && !slicing) return undefined;
    return (parent, run) => {
      const items = access(parent);
      if (items.length < min || items.length > max) {
        run.at.push(items[0]?.name ?? node.step.replace('[x]', ''));
        if (items.length < min)
          report(run, 'required', `Must be there at least ${min} times in this profile.`);
        else if (max === 0) report(run, 'structure', 'Must not be there in this profile.');
        else report(run, 'structure', `Must be there at most ${max} times in this profile.`);
        run.at.pop();
      }
      if (itemCheck) for (const item of items) itemCheck(item, run);
      slicing?.(items, run);
    };
  }

  /** What a node asks of a bare value, for discriminators that are told by nested values. */
  function nodeCheck(node: Node): Check {
    const place = placeOfNode(node);
    const { fixed, pattern } = node.rule;
    const children = place ? childrenChecks(node, place) : [];
    return (value, run) => {
      if (fixed !== undefined && !isSame(value, fixed)) report(run, 'value', 'Differs.');
      if (pattern !== undefined && !contains(value, pattern)) report(run, 'value', 'Differs.');
      if (isObject(value)) for (const child of children) child(value, run);
    };
  }

  function placeOfNode({ rule }: Node): Place | undefined {
    const [type] = rule.types;
    return type && rootPlace(definitions, type.code);
  }

  function compileItem(node: Node, base: ElementRule, place: Place): ItemCheck | undefined {
    const { rule } = node;
    const type = rule.types.length === 1 ? rule.types[0]?.code : undefined;
    const inside = placeInside(definitions, place, base, type ?? base.types[0]?.code);
    const checks = valueChecks(rule, base, inside);
    const shadowPlace = inside ?? rootPlace(definitions, 'Element');
    const children = shadowPlace ? childrenChecks(node, shadowPlace) : [];
    const allowed =
      rule.types.length < base.types.length ? new Set(rule.types.map(({ code }) => code)) : undefined;
    if (checks.length === 0 && children.length === 0 && !allowed) return undefined;
    return (item, run) =>
      atItem(run, item, () => {
        if (allowed && !allowed.has(item.type)) {
          report(run, 'structure', `Must be of type ${[...allowed].join(' or ')} in this profile.`);
          return;
        }
        if (item.value !== undefined) for (const check of checks) check(item.value, run);
        const holder = holderOf(item);
        if (holder) for (const child of children) child(holder, run);
      });
  }

  function valueChecks(rule: ElementRule, base: ElementRule, inside: Place | undefined): Check[] {
    const checks: Check[] = [];
    const { fixed, pattern, binding, maxLength, minValue, maxValue } = rule;
    if (fixed !== undefined && !isSame(fixed, base.fixed)) {
      checks.push(
        refuseUnless((value) => isSame(value, fixed), 'Differs from the value this profile fixes.'),
      );
    }
    if (pattern !== undefined && !isSame(pattern, base.pattern)) {
      checks.push(
        refuseUnless((value) => contains(value, pattern), 'Lacks the pattern that this profile asks.'),
      );
    }
    if (maxLength !== undefined && maxLength !== base.maxLength) {
      checks.push(
        refuseUnless(
          (value) => typeof value !== 'string' || value.length <= maxLength,
          `Must have at most ${maxLength} characters.`,
        ),
      );
    }
    if (minValue !== undefined)
      checks.push(refuseUnless((value) => !isLess(value, minValue), 'Is less than this profile allows.'));
    if (maxValue !== undefined)
      checks.push(refuseUnless((value) => !isLess(maxValue, value), 'Is more than this profile allows.'));
    const isNewBinding = binding && !isSame(binding, base.binding);
    const bound = isNewBinding && bindingCheck(definitions, binding, rule.types[0]?.code ?? 'code');
    if (bound) checks.push(bound);
    checks.push(...typeChecks(rule, base));
    checks.push(...newInvariants(rule, base, rule.path, inside));
    return checks;
  }

  function typeChecks(rule: ElementRule, base: ElementRule): Check[] {
    const isAnyResource = base.types.some(({ code }) => code === 'Resource');
    if (isAnyResource && !rule.types.some(({ code }) => code === 'Resource')) {
      const codes = new Set(rule.types.map(({ code }) => code));
      const isOne = refuseUnless(
        (value) => isObject(value) && codes.has(String(value['resourceType'])),
        `Must be a ${[...codes].join(' or ')} in this profile.`,
      );
      return [isOne, ...rule.types.flatMap((type) => followsOne(type) ?? [])];
    }
    return rule.types.flatMap((type) => {
      const known = base.types.find(({ code }) => code === type.code);
      if (type.code === 'Extension' || (known && isSame(type, known))) return [];
      const target = type.code === 'Reference' ? targetCheck(definitions, type) : undefined;
      const check: Check[] = target ? [(value, run) => isObject(value) && target(value, run)] : [];
      const follows = isSame(type.profiles, known?.profiles) ? undefined : followsOne(type);
      return follows ? [...check, follows] : check;
    });
  }

  function followsOne({ profiles = [] }: TypeRef): Check | undefined {
    const checks = profiles.flatMap((url) => profile(url) ?? []);
    const [only] = checks;
    if (checks.length < profiles.length || !only) return undefined;
    if (checks.length === 1) return only;
    return (value, run) => {
      if (!checks.some((check) => conforms(value, check, run))) {
        report(run, 'structure', 'Follows none of the profiles allowed here.');
      }
    };
  }

  function newInvariants(
    rule: ElementRule,
    base: ElementRule | undefined,
    path: string,
    inside?: Place,
  ): Check[] {
    const known = [...(base?.constraints ?? []), ...(inside?.structure.elements[0]?.constraints ?? [])];
    const keys = new Set(known.map(({ key }) => key));
    const type = rule.types[0]?.code;
    const at = path.includes('.') && type && !['BackboneElement', 'Element'].includes(type) ? type : path;
    return (rule.constraints ?? []).flatMap((constraint) =>
      keys.has(constraint.key) ? [] : (invariantCheck(constraint, at) ?? []),
    );
  }

  return profile;
}

function typeCheck({ type }: Structure): Check {
  return refuseUnless(
    (value) => !isObject(value) || value['resourceType'] === undefined || value['resourceType'] === type,
    `The profile is for ${type}.`,
  );
}

function refuseUnless(accepts: (value: unknown) => boolean, otherwise: string): Check {
  return (value, run) => {
    if (!accepts(value)) report(run, 'value', otherwise);
  };
}

/** Numbers by size, dates and times of one precision by their text; other values are not compared. */
function isLess(left: unknown, right: unknown): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left < right;
  return (
    typeof left === 'string' && typeof right === 'string' && left.length === right.length && left < right
  );
}
