import type { Bundle, Resource } from '@medplum/fhirtypes';
import type { Assessment } from '../../assessment/assessment.ts';
import { BUDGET, failure } from '../code/frame.ts';
import { isRepeated } from '../code/resource.ts';
import type { Kind } from '../data/catalogue.ts';
import { titleOf } from '../data/catalogue.ts';
import type { Translator } from '../data/concept-map.ts';
import type { Layout, Layouts } from '../data/layouts.ts';
import type { Surroundings } from '../data/surroundings.ts';
import type { libraryEvaluator } from '../expression/library.ts';
import { type MessageContext, PREDEFINED, predefinedValues } from '../predefined.ts';
import type { Member, Template } from '../template/template.ts';
import { uuidOf } from '../uuid.ts';
import { type Branch, branchesOf } from './branches.ts';
import { isTrue, readBy, traceExpression } from './expression.ts';
import { decided, type Item, isList, located, made, settled, type Traced } from './item.ts';
import { cameFrom, inFragment, rounds, type Tracing, traceTemplate, withBindings } from './template.ts';

/** A mapping's checked templates, with what evaluating them needs. */
export interface Traceable {
  readonly resources: readonly { readonly name: string; readonly template: Template }[];
  readonly maps: ReadonlyMap<string, Translator>;
  readonly cardinality: ReadonlyMap<Member, 'list' | 'one'>;
  readonly surroundings: Surroundings;
  /** Expressions that were compiled for tracing; begins empty. */
  readonly evaluators: Map<string, ReturnType<typeof libraryEvaluator>>;
}

/** A canonical bundle whose values know their origins. */
export interface TracedBundle {
  readonly bundle: Bundle;
  readonly entries: readonly { readonly fullUrl: string; readonly resource: Item }[];
  readonly branches: readonly Branch[];
}

/**
 * Makes the same bundle as `makeBundle`, with the origin of each value.
 * @throws BridgeError as mapping does
 */
export function traceBundle(
  { resources, maps, cardinality, surroundings, evaluators }: Traceable,
  assessment: Assessment,
  context: MessageContext,
  kind: Kind | undefined,
): TracedBundle {
  const [root = made(assessment)] = located(assessment, { path: '', also: [] });
  const used = new Set<Template>();
  const budget = { left: BUDGET };
  const tracingWith = (urls: Readonly<Record<string, unknown>>): Tracing => {
    const predefined = predefinedItems(assessment, context, kind, urls, surroundings);
    return { root, evaluators, used, budget, maps, cardinality, predefined, variables: predefined };
  };
  const before = tracingWith({});
  const named = resources.map(({ name, template }) => {
    const count = isGated(template) ? instances(template, before).length : 1;
    const names = Array.from({ length: count }, (_, index) =>
      isRepeated(template) ? `${name}-${index + 1}` : name,
    );
    const { id, edition } = assessment;
    return {
      name,
      template,
      fullUrls: names.map((each) => `urn:uuid:${uuidOf(context.source, id, edition, each)}`),
    };
  });
  const urls = named.flatMap(({ name, fullUrls: [only, ...more] }) =>
    only === undefined ? [] : [[name, more.length > 0 ? [only, ...more] : only] as const],
  );
  const tracing = tracingWith(Object.fromEntries(urls));
  const entries = named.flatMap(({ template, fullUrls }) =>
    instances(template, tracing).flatMap((make, index) => {
      const fullUrl = fullUrls[index];
      return fullUrl === undefined ? [] : [{ fullUrl, resource: make() }];
    }),
  );
  return {
    entries,
    bundle: bundleOf(entries, assessment, surroundings),
    branches: resources.flatMap(({ template }) => branchesOf(template, used)),
  };
}

function bundleOf(
  entries: TracedBundle['entries'],
  { id, edition, times }: Assessment,
  { settings }: Surroundings,
): Bundle {
  return {
    resourceType: 'Bundle',
    meta: { profile: [`${settings.base}/StructureDefinition/bridge-bundle`] },
    identifier: { system: settings.editionSystem, value: `${id}/${edition}` },
    type: 'collection',
    timestamp: times.sent,
    entry: entries.map(({ fullUrl, resource: { value, rule } }) => {
      if (isResource(value)) return { fullUrl, resource: value };
      throw rule ? failure(rule, 'The template gave no resource.') : new TypeError('no resource');
    }),
  };
}

/** The templates were checked to give resources when they were loaded; this tells the type checker so. */
function isResource(value: unknown): value is Resource {
  return typeof value === 'object' && value !== null && 'resourceType' in value;
}

function isGated(template: Template): boolean {
  if (template.kind === 'for' || template.kind === 'if') return true;
  return (template.kind === 'let' || template.kind === 'include') && isGated(template.body);
}

/** The resources that a template gives, each to be made when it is asked for. */
function instances(template: Template, tracing: Tracing): readonly (() => Item)[] {
  tracing.used.add(template);
  switch (template.kind) {
    case 'for':
      return rounds(template, tracing).flatMap(({ item, tracing: inside }) =>
        instances(template.body, inside).map((make) => () => cameFrom(make(), item)),
      );
    case 'if': {
      if (!isTrue(traceExpression(template.condition, tracing))) return [];
      const because = readBy(template.condition, tracing);
      return instances(template.body, tracing).map((make) => () => decided(make(), because));
    }
    case 'let':
      return instances(template.body, withBindings(template.bindings, tracing));
    case 'include':
      return instances(template.body, inFragment(template, tracing));
    default:
      return [
        () => {
          const resource = traceTemplate(template, tracing);
          if (resource && !isList(resource)) return resource;
          throw failure(template.place, 'The template gave no resource.');
        },
      ];
  }
}

/** The predefined variables: where they merely hand on what was sent, they come from the assessment. */
function predefinedItems(
  assessment: Assessment,
  context: MessageContext,
  kind: Kind | undefined,
  urls: Readonly<Record<string, unknown>>,
  surroundings: Surroundings,
): Map<string, Traced> {
  const values = predefinedValues(assessment, context, kind, urls, surroundings);
  const chosenBy = choices(assessment, surroundings.layouts);
  return new Map(
    PREDEFINED.map((name, index) => {
      const value = values[index];
      if (name === 'kind') return [name, kindItem(value, assessment, kind)];
      return [name, settled(located(value, { path: `%${name}`, also: chosenBy[name] ?? [] }))];
    }),
  );
}

/** What of the assessment chose the value of a predefined variable. */
function choices(
  { recipient }: Assessment,
  { recipients }: Layouts,
): Readonly<Record<string, readonly string[]>> {
  const recipientWith = (member: keyof Layout): readonly string[] => {
    const deciding = RECIPIENTS.find((name) => recipients.get(recipient[name]?.oid ?? '')?.[member]);
    return deciding ? [`/recipient/${deciding}/oid`] : [];
  };
  const language = recipientWith('headingLanguage');
  return {
    ownText: ['/language'],
    text: language,
    headingLanguage: language,
    layout: recipientWith('layout'),
    urgency: ['/urgency/class', ...language],
  };
}

/** The first of them that layouts.yaml names decides. */
const RECIPIENTS = ['unit', 'queue', 'organisation'] as const;

function kindItem(value: unknown, assessment: Assessment, kind: Kind | undefined): Item {
  const known = kind && titleOf(kind, assessment.language);
  const members = Object.entries(Object(value)).map(([name, inner]): readonly [string, Traced] => {
    const isSent = name === 'title' ? known === undefined : Object.hasOwn(assessment.kind, name);
    const location = isSent
      ? { path: `/kind/${name}`, also: [] }
      : { path: `%kind.${name}`, also: name === 'title' ? ['/kind/id', '/language'] : ['/kind/id'] };
    return [name, settled(located(inner, location))];
  });
  return made(value, { members: new Map(members) });
}
