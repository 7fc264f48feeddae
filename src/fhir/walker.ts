import { bindingCheck } from './bindings.ts';
import { bundleCheck } from './bundles.ts';
import { containedCheck } from './contained.ts';
import type { Definitions } from './definitions.ts';
import type { ExtensionCheck } from './extensions.ts';
import { invariantCheck } from './invariants.ts';
import type { ElementRule, TypeRef } from './model.ts';
import { choiceName, lastStep, type Place, placeInside, rootPlace, rulesBelow } from './place.ts';
import { primitives } from './primitives.ts';
import { bundleIndex, checkReference, targetCheck } from './references.ts';
import { type Check, isObject, type Json, MAX_STEPS, type Run, report, reportAt, shownName } from './run.ts';
import { contains, isSame } from './values.ts';
import { xhtmlFault } from './xhtml.ts';

/** What the walker leaves to others. */
interface Parts {
  definitions: Definitions;
  /** The check of a profile by its url; undefined when it is not known. */
  profile(url: string): Check | undefined;
  extension: ExtensionCheck;
}

/** One JSON property of an object. */
interface Property {
  name: string;
  list: boolean;
  max: number | undefined;
  /** The choice the property is a type of. */
  choice: string | undefined;
  /** `_name`: ids and extensions of a primitive. */
  shadow: boolean;
  /** Name of the property's other half: `_name` for `name` and `name` for `_name`; only primitives have one. */
  other: string | undefined;
  check: Check;
}

/** What an object has to have. */
interface Required {
  names: string[];
  element: string;
}

/**
 * Compiles R4's types to checks, each when first met: what holds of any resource, whatever its profile.
 * @returns the check of a resource with all it holds, against its own profiles and those given
 */
export function createWalker({
  definitions,
  profile,
  extension,
}: Parts): (value: unknown, run: Run, profiles: readonly string[]) => void {
  const objects = new Map<string, Check>();

  function resource(value: unknown, run: Run, contained: boolean, profiles: readonly string[] = []): void {
    const type = isObject(value) ? value['resourceType'] : undefined;
    const place =
      typeof type === 'string' && /^[A-Z][A-Za-z]+$/.test(type) ? rootPlace(definitions, type) : undefined;
    if (!isObject(value) || place?.structure.kind !== 'resource' || place.structure.abstract) {
      report(run, 'structure', 'Must be a resource of FHIR R4 with its resourceType.');
      return;
    }
    const { resource: outer, root } = run;
    run.resource = value;
    if (!contained) run.root = value;
    const isBundle = type === 'Bundle';
    if (isBundle) run.bundles.push(bundleIndex(value));
    object(place)(value, run);
    if (!run.tooDeep) {
      if (isBundle) bundleCheck(value, run);
      containedCheck(value, run, contained);
      const stated = statedProfiles(value);
      for (const url of stated) followProfile(url, value, run, 'warning');
      for (const url of profiles) if (!stated.includes(url)) followProfile(url, value, run, 'error');
    }
    if (isBundle) run.bundles.pop();
    run.resource = outer;
    run.root = root;
  }

  function followProfile(url: string, value: Json, run: Run, otherwise: 'warning' | 'error'): void {
    const check = profile(url);
    if (check) check(value, run);
    else report(run, 'not-found', 'A profile named for this resource is not known.', otherwise);
  }

  function object(place: Place): Check {
    const key = `${place.structure.url}#${place.path}`;
    const known = objects.get(key);
    if (known) return known;
    let compiled: Check | undefined;
    const check: Check = (value, run) => {
      compiled ??= compileObject(place);
      compiled(value, run);
    };
    objects.set(key, check);
    return check;
  }

  function compileObject(place: Place): Check {
    const { structure, path } = place;
    const isRoot = path === structure.type;
    const isResource = isRoot && structure.kind === 'resource';
    const rules = rulesBelow(place);
    const properties = new Map(rules.flatMap((rule) => propertiesOf(place, rule)).map((it) => [it.name, it]));
    const required = rules.filter(({ min }) => min > 0).map(requiredOf);
    const invariants = isRoot ? invariantsOf(structure.elements[0], path) : [];
    const isReference = path === 'Reference';
    const isExtension = path === 'Extension';
    return (value, run) => {
      if (!isObject(value)) {
        report(run, 'structure', 'Must be an object.');
        return;
      }
      if (run.at.length > MAX_STEPS) {
        run.tooDeep = true;
        report(run, 'too-long', 'Nested too deeply to be checked.', 'fatal');
        return;
      }
      let count = 0;
      let chosen: Map<string, string> | undefined;
      for (const name in value) {
        count += 1;
        const property = properties.get(name);
        if (!property) {
          if (isResource && name === 'resourceType') continue;
          reportAt(run, shownName(name), 'structure', `${path} has no such element.`);
          continue;
        }
        if (property.choice !== undefined) {
          chosen ??= new Map();
          const bare = property.shadow ? name.slice(1) : name;
          const first = chosen.get(property.choice);
          if (first === undefined) chosen.set(property.choice, bare);
          else if (first !== bare)
            reportAt(run, bare, 'structure', `Only one ${property.choice} is allowed.`);
        }
        checkProperty(property, value, run);
      }
      if (count === 0) report(run, 'structure', 'Must not be empty: leave the element out (ele-1).');
      else if (count === 1 && 'id' in value && !isResource) {
        report(run, 'structure', 'Must have more than an id (ele-1).');
      }
      for (const { names, element } of required) {
        if (!names.some((name) => name in value)) {
          reportAt(run, element, 'required', 'Must be there.');
        }
      }
      if (isReference) checkReference(definitions, value, run);
      if (isExtension && 'extension' in value === (chosen !== undefined)) {
        report(run, 'invariant', 'Must have either a value or extensions (ext-1).');
      }
      if (!run.tooDeep) for (const check of invariants) check(value, run);
    };
  }

  function propertiesOf(place: Place, rule: ElementRule): Property[] {
    const last = lastStep(rule.path);
    const choice = last.endsWith('[x]') ? last : undefined;
    const types = rule.types.length > 0 ? rule.types : [{ code: 'BackboneElement' }];
    return types.flatMap((type) => {
      const name = choice ? choiceName(choice, type.code) : last;
      const primitive = type.code in primitives;
      const common = { list: rule.list, max: rule.max, choice };
      const check = valueCheck(place, rule, type, last);
      const value: Property = {
        ...common,
        name,
        shadow: false,
        other: primitive ? `_${name}` : undefined,
        check,
      };
      if (!primitive) return [value];
      return [value, { ...common, name: `_${name}`, shadow: true, other: name, check: shadowCheck }];
    });
  }

  /** `_name`: an Element, which may be an id only when the primitive has its value. */
  const shadowCheck: Check = (value, run) => {
    const keys = isObject(value) ? Object.keys(value) : [];
    if (keys.length === 1 && keys[0] === 'id') return;
    const element = rootPlace(definitions, 'Element');
    if (element) object(element)(value, run);
  };

  function valueCheck(place: Place, rule: ElementRule, type: TypeRef, last: string): Check {
    const checks: Check[] = [baseCheck(place, rule, type, last)];
    const { fixed, pattern } = rule;
    if (fixed !== undefined) checks.push(sameCheck((value) => isSame(value, fixed)));
    if (pattern !== undefined) checks.push(sameCheck((value) => contains(value, pattern)));
    const bound = rule.binding && bindingCheck(definitions, rule.binding, type.code);
    if (bound) checks.push(bound);
    if (type.code === 'Reference') {
      const target = targetCheck(definitions, type);
      if (target) checks.push((value, run) => isObject(value) && target(value, run));
    }
    for (const url of type.profiles ?? []) {
      checks.push((value, run) => profile(url)?.(value, run));
    }
    checks.push(...invariantsOf(rule, last.endsWith('[x]') ? type.code : rule.path));
    if (rule.contentReference) {
      const repeated = place.structure.elements.find(({ id }) => id === rule.contentReference);
      checks.push(...invariantsOf(repeated, rule.contentReference));
    }
    const [first, second] = checks;
    if (first && checks.length === 1) return first;
    if (first && second && checks.length === 2) {
      return (value, run) => {
        first(value, run);
        second(value, run);
      };
    }
    return (value, run) => {
      for (const check of checks) check(value, run);
    };
  }

  function baseCheck(place: Place, rule: ElementRule, type: TypeRef, last: string): Check {
    if (type.code === 'xhtml')
      return formatCheck((value) =>
        typeof value === 'string' ? xhtmlFault(value) : 'Must be a JSON string.',
      );
    const format = primitives[type.code];
    if (format) return formatCheck(format);
    if (last === 'contained') return (value, run) => resource(value, run, true);
    const inside = placeInside(definitions, place, rule, type.code);
    if (!inside) return () => undefined;
    if (inside.structure.kind === 'resource' && inside.path === inside.structure.type) {
      return (value, run) => resource(value, run, false);
    }
    const check = object(inside);
    if (type.code !== 'Extension') return check;
    const isModifier = last === 'modifierExtension';
    return (value, run) => {
      check(value, run);
      if (isObject(value) && !run.tooDeep) extension(value, run, isModifier);
    };
  }

  return (value, run, profiles) => resource(value, run, false, profiles);
}

function checkProperty({ name, list, max, shadow, other, check }: Property, parent: Json, run: Run): void {
  const value = parent[name];
  const { at } = run;
  const depth = at.length;
  at.push(shadow ? name.slice(1) : name);
  if (!list) {
    if (Array.isArray(value)) report(run, 'structure', 'Must not be an array.');
    else if (value === null) report(run, 'structure', 'Must not be null: leave the element out.');
    else check(value, run);
  } else if (!Array.isArray(value)) {
    report(run, 'structure', 'Must be an array.');
  } else {
    if (value.length === 0) report(run, 'structure', 'Must not be an empty array: leave the element out.');
    if (max !== undefined && value.length > max) report(run, 'structure', `At most ${max} are allowed.`);
    const others = other === undefined ? undefined : parent[other];
    for (let i = 0; i < value.length; i += 1) {
      at.push(i);
      if (value[i] !== null) check(value[i], run);
      else if (!Array.isArray(others) || others[i] === null || others[i] === undefined) {
        report(run, 'structure', 'Must not be null where it has no extension either.');
      }
      at.pop();
    }
  }
  at.length = depth;
}

function requiredOf(rule: ElementRule): Required {
  const last = lastStep(rule.path);
  if (last.endsWith('[x]')) {
    const names = rule.types.map(({ code }) => choiceName(last, code));
    return { names: [...names, ...names.map((name) => `_${name}`)], element: last.slice(0, -3) };
  }
  return { names: [last, `_${last}`], element: last };
}

function invariantsOf(rule: ElementRule | undefined, base: string): Check[] {
  return (rule?.constraints ?? []).flatMap((constraint) => invariantCheck(constraint, base) ?? []);
}

function formatCheck(format: (value: unknown) => string | undefined): Check {
  return (value, run) => {
    const fault = format(value);
    if (fault !== undefined) report(run, 'value', fault);
  };
}

function sameCheck(accepts: (value: unknown) => boolean): Check {
  return (value, run) => {
    if (!accepts(value)) report(run, 'value', 'Differs from the value that is fixed here.');
  };
}

function statedProfiles(resource: Json): string[] {
  const meta = resource['meta'];
  const profiles = isObject(meta) ? meta['profile'] : undefined;
  return Array.isArray(profiles) ? [...new Set(profiles.filter((url) => typeof url === 'string'))] : [];
}
