import { failure, unmappedCode } from '../code/frame.ts';
import type { Translator } from '../data/concept-map.ts';
import type { Place } from '../files/place.ts';
import type { Binding, Include, Member, Rule, Template, Translate } from '../template/template.ts';
import { isTrue, readBy, type Sight, traceExpression } from './expression.ts';
import {
  decided,
  each,
  type Item,
  isList,
  listOf,
  made,
  objectOf,
  piecesOf,
  plain,
  ruled,
  settled,
  type Traced,
  textOf,
  union,
} from './item.ts';

/** What tracing a template needs besides it. */
export interface Tracing extends Sight {
  /** Variables that are in sight of fragments too. */
  readonly predefined: ReadonlyMap<string, Traced>;
  readonly maps: ReadonlyMap<string, Translator>;
  readonly cardinality: ReadonlyMap<Member, 'list' | 'one'>;
  /** What is left of the bound on work and output. */
  readonly budget: { left: number };
  /** Filled with every template that is used. */
  readonly used: Set<Template>;
}

type TemplateOf<Kind extends Template['kind']> = Extract<Template, { kind: Kind }>;

/**
 * Evaluates a checked template slowly, so that each value keeps its origin: what compile.ts makes fast, said plainly.
 * @throws BridgeError `mapping-failed` or `code-unmapped` naming the rule
 */
export function traceTemplate(template: Template, tracing: Tracing): Traced {
  tracing.used.add(template);
  const { place } = template;
  switch (template.kind) {
    case 'broken':
      return undefined;
    case 'literal':
      return template.value === '' ? undefined : made(template.value, { rule: place });
    case 'text': {
      const text = textOf(
        template.parts.flatMap((part) =>
          typeof part === 'string' ? piecesOf(made(part, { rule: place })) : partOf(part, tracing),
        ),
        place,
      );
      spend(tracing, String(text.value).length, place);
      return text.value === '' ? undefined : text;
    }
    case 'value':
      return each(traceExpression(template.rule, tracing), (item) => {
        if (typeof item.value === 'string') spend(tracing, item.value.length, place);
        return ruled(item, template.rule.place);
      });
    case 'map': {
      const members = template.members.map((member) => [member.name, traceMember(member, tracing)] as const);
      return objectOf(new Map(members.filter(([, value]) => !isNothing(value))), place);
    }
    case 'list': {
      const [only] = template.items;
      if (template.items.length === 1 && only?.kind === 'for') return traceTemplate(only, tracing);
      const items = template.items.flatMap((item) => listed(traceTemplate(item, tracing)));
      return items.length > 0 ? items : undefined;
    }
    case 'for': {
      const items = rounds(template, tracing).flatMap(({ item, tracing: inside }) =>
        listed(traceTemplate(template.body, inside)).map((made) => cameFrom(made, item)),
      );
      return items.length > 0 ? items : undefined;
    }
    case 'let':
      return traceTemplate(template.body, withBindings(template.bindings, tracing));
    case 'include':
      return traceTemplate(template.body, inFragment(template, tracing));
    case 'if':
    case 'switch': {
      const { branch, because } = chosen(template, tracing);
      return branch && each(traceTemplate(branch, tracing), (item) => decided(item, because));
    }
    case 'translate':
      return traceTranslate(template, tracing);
    case 'lines':
      return traceLines(template, tracing);
    case 'base64': {
      const text = traceTemplate(template.of, tracing);
      if (text === undefined) return undefined;
      const encoded = Buffer.from(String(plain(text)), 'utf8').toString('base64');
      const pieces = listOf(text).flatMap(piecesOf);
      return { ...textOf(pieces, place), value: encoded };
    }
  }
}

function isNothing(traced: Traced): boolean {
  return traced === undefined || (!isList(traced) && traced.value === '');
}

/** What a template adds to a list. */
function listed(traced: Traced): readonly Item[] {
  return isNothing(traced) ? [] : listOf(traced);
}

/** An object that is there for an item of a `$for` came from that item. */
export function cameFrom(item: Item, loop: Item): Item {
  return item.members ? { ...item, sources: union([item.sources, loop.sources]) } : item;
}

function partOf(rule: Rule, tracing: Tracing): ReturnType<typeof piecesOf> {
  const value = traceExpression(rule, tracing);
  if (value === undefined) return [];
  if (!isList(value) && typeof value.value !== 'object') return piecesOf(ruled(value, rule.place));
  throw failure(
    rule.place,
    'One text fits here; the expression gives several values or an object for this assessment.',
  );
}

function traceMember(member: Member, tracing: Tracing): Traced {
  const { value: template, place } = member;
  const value = traceTemplate(template, tracing);
  if (template.kind === 'literal' || template.kind === 'map' || template.kind === 'list') return value;
  const cardinality = tracing.cardinality.get(member);
  if (cardinality === 'one' && isList(value)) {
    throw failure(
      place,
      `"${member.name}" takes one value; the rule gives ${value.length} for this assessment.`,
    );
  }
  return cardinality === 'list' && value !== undefined ? listOf(value) : value;
}

/** What a round of a `$for` costs of the bound: as many characters take as long. */
const ROUND = 50;

/** The rounds of a `$for`: what is in sight of its body for each item. */
export function rounds(
  { name, items, place }: TemplateOf<'for'>,
  tracing: Tracing,
): readonly { readonly item: Item; readonly tracing: Tracing }[] {
  const list = listOf(traceExpression(items, tracing));
  spend(tracing, list.length * ROUND, place);
  return list.map((item, index) => {
    const variables = new Map([...tracing.variables, [name, item], [`${name}Index`, made(index)]]);
    return { item, tracing: { ...tracing, variables } };
  });
}

/** What is in sight after a `$let`: each variable is in sight of the next. */
export function withBindings(bindings: readonly Binding[], tracing: Tracing): Tracing {
  const variables = new Map(tracing.variables);
  const inside = { ...tracing, variables };
  for (const { name, value } of bindings) variables.set(name, traceTemplate(value, inside));
  return inside;
}

/** What is in sight of a fragment: the predefined variables and what is passed to it. */
export function inFragment({ bindings }: Include, tracing: Tracing): Tracing {
  const passed = bindings.map(({ name, value }) => [name, traceTemplate(value, tracing)] as const);
  return { ...tracing, variables: new Map([...tracing.predefined, ...passed]) };
}

/** The branch that an `$if` or a `$switch` takes, and what decided it. */
function chosen(
  template: TemplateOf<'if' | 'switch'>,
  tracing: Tracing,
): { readonly branch: Template | undefined; readonly because: readonly string[] } {
  const { otherwise } = template;
  if (template.kind === 'if') {
    const holds = isTrue(traceExpression(template.condition, tracing));
    return { branch: holds ? template.body : otherwise, because: readBy(template.condition, tracing) };
  }
  const value = plain(traceExpression(template.on, tracing));
  const found = template.cases.find(({ name }) => value !== undefined && name === String(value));
  return { branch: found?.value ?? otherwise, because: readBy(template.on, tracing) };
}

function traceTranslate({ map, code, system, text, as, place }: Translate, tracing: Tracing): Traced {
  const value = traceExpression(code, tracing);
  const words = text && traceExpression(text, tracing);
  const from = system && traceExpression(system, tracing);
  const fromSystem = plain(from);
  const translated =
    value === undefined
      ? undefined
      : tracing.maps
          .get(map)
          ?.translate(String(plain(value)), typeof fromSystem === 'string' ? fromSystem : undefined);
  if (translated?.unmapped === 'hold') throw unmappedCode(map, place);
  const { target } = translated ?? {};
  const origin = {
    rule: place,
    sources: union(listOf(value).map(({ sources }) => sources)),
    conditions: union([...listOf(value), ...listOf(from)].map(({ conditions }) => conditions)),
  };
  if (as === 'code' || as === 'display') {
    const found = target?.[as];
    return found === undefined ? undefined : made(found, origin);
  }
  const coding =
    target &&
    objectOf(new Map(Object.entries(target).map(([name, inner]) => [name, made(inner, origin)])), place);
  if (as === 'coding') return coding;
  const members = new Map<string, Traced>();
  if (coding) members.set('coding', [coding]);
  if (words !== undefined) members.set('text', settled(listOf(words).map((item) => ruled(item, place))));
  return objectOf(members, place);
}

/** The text of a `$text`, each line of which keeps its origin. */
function traceLines(template: TemplateOf<'lines'>, tracing: Tracing): Traced {
  const { place } = template;
  const lines = template.items.flatMap((item) => linesOf(item, tracing));
  if (lines.length === 0) return undefined;
  const end = made('\n', { rule: place });
  const parts = lines.flatMap((line, index) => (index > 0 ? [end, line] : [line]));
  const text = textOf(parts.flatMap(piecesOf), place);
  spend(tracing, String(text.value).length, place);
  return text;
}

/** The lines that a template gives; only an empty text that stands in the template itself is an empty line. */
function linesOf(template: Template, tracing: Tracing): readonly Item[] {
  const { place } = template;
  tracing.used.add(template);
  switch (template.kind) {
    case 'literal':
      return [made(String(template.value), { rule: place })];
    case 'list':
    case 'lines':
      return template.items.flatMap((item) => linesOf(item, tracing));
    case 'for':
      return rounds(template, tracing).flatMap((round) => linesOf(template.body, round.tracing));
    case 'let':
      return linesOf(template.body, withBindings(template.bindings, tracing));
    case 'include':
      return linesOf(template.body, inFragment(template, tracing));
    case 'if':
    case 'switch': {
      const { branch, because } = chosen(template, tracing);
      return branch ? linesOf(branch, tracing).map((line) => decided(line, because)) : [];
    }
    default:
      return listOf(traceTemplate(template, tracing)).flatMap((line) => {
        if (typeof line.value === 'object') {
          throw failure(place, 'A line is a text; the rule gives an object for this assessment.');
        }
        return line.value === '' ? [] : [line];
      });
  }
}

function spend({ budget }: Tracing, amount: number, place: Place): void {
  budget.left -= amount;
  if (budget.left < 0) throw failure(place, 'The mapping makes more than the bound on its output allows.');
}
