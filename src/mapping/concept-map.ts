import type { ConceptMap } from '@medplum/fhirtypes';
import type { Definitions } from '../fhir/definitions.ts';
import { checkConceptMap, leadsOf, STATED, unmappedUrl } from './check-concept-map.ts';
import type { Files } from './files.ts';
import { didYouMean, type Place, type Report } from './place.ts';
import { plain } from './yaml.ts';

/** What a code is translated to. */
export interface Target {
  readonly code: string;
  readonly system?: string;
  readonly display?: string;
}

/** What a map says of codes that it does not list; each is counted, and `hold` keeps the message for a person. */
type UnmappedBehaviour = 'text' | 'default' | 'keep' | 'hold';

/** What became of a code: without `unmapped` the map lists it. */
interface Translated {
  readonly target?: Target;
  readonly unmapped?: UnmappedBehaviour;
}

/** A code that a ConceptMap did not list, and what was given in its place: nothing but text, a default, or itself. */
export interface Unmapped {
  readonly map: string;
  readonly behaviour: Exclude<UnmappedBehaviour, 'hold'>;
}

/** A ConceptMap made ready for look-ups. */
export interface Translator {
  readonly name: string;
  /** The content, for digests. */
  readonly source: ConceptMap;
  /** Every target a code can get, as far as the map lists them. */
  readonly targets: readonly Target[];
  translate(code: string, system: string | undefined): Translated;
}

/**
 * Reads the ConceptMaps (http://hl7.org/fhir/R4/conceptmap.html) in codes/, by file name without `.json`.
 * What becomes of a code that no group lists, each group says: by `unmapped` (a fixed code, itself, what another map
 * says), or by the extension `<base>/StructureDefinition/unmapped`: `text` or `hold`.
 */
export function readConceptMaps(
  files: Files,
  { base, definitions, report }: { base: string; definitions: Definitions; report: Report },
): Map<string, Translator> {
  const translators = new Map<string, Translator>();
  const byUrl = (url: string): Translator | undefined =>
    [...translators.values()].find(({ source }) => source.url === url);
  const leads: { name: string; url: string; place: Place }[] = [];
  for (const { name, path } of files.list('codes', '.json')) {
    let sound = true;
    const tell: Report = (at, text) => {
      sound = false;
      report(at, text);
    };
    const yaml = files.yaml(path, tell);
    if (yaml) checkConceptMap(yaml, { base, definitions, report: tell });
    const source = yaml && sound ? plain(yaml) : undefined;
    // A broken map stays known by its name, so that templates are not blamed for it.
    translators.set(name, translatorOf(name, isConceptMap(source) ? source : NONE, base, byUrl));
    for (const lead of yaml ? leadsOf(yaml) : []) leads.push({ name, ...lead });
  }
  for (const { name, url, place } of leads) {
    const urls = [...translators.values()].flatMap(({ source }) => source.url ?? []);
    if (!byUrl(url)) report(place, `There is no ConceptMap ${url}${didYouMean(url, urls)}.`);
    else if (leadsTo(url, name, leads, byUrl)) report(place, 'The ConceptMap leads back to itself.');
  }
  return translators;
}

/** Whether the maps that a map leads to lead to another. */
function leadsTo(
  url: string,
  name: string,
  leads: readonly { readonly name: string; readonly url: string }[],
  byUrl: (url: string) => Translator | undefined,
): boolean {
  const reached = new Set<string>();
  for (let next = [url]; next.length > 0; ) {
    const names = next.flatMap((each) => byUrl(each)?.name ?? []).filter((each) => !reached.has(each));
    for (const each of names) reached.add(each);
    next = leads.filter((lead) => names.includes(lead.name)).map((lead) => lead.url);
  }
  return reached.has(name);
}

const NONE: ConceptMap = { resourceType: 'ConceptMap', status: 'draft' };

/** Told by its resourceType: its content was checked before. */
function isConceptMap(value: unknown): value is ConceptMap {
  return (
    typeof value === 'object' &&
    value !== null &&
    'resourceType' in value &&
    value.resourceType === 'ConceptMap'
  );
}

type Group = NonNullable<ConceptMap['group']>[number];
type Lookup = (code: string, system: string | undefined) => Translated;

function translatorOf(
  name: string,
  source: ConceptMap,
  base: string,
  byUrl: (url: string) => Translator | undefined,
): Translator {
  const groups = (source.group ?? []).map((group) => ({
    source: group.source,
    listed: listedIn(group),
    unmapped: unmappedOf(group, base, byUrl),
  }));
  const targets = (source.group ?? []).flatMap((group) => {
    const listed = group.element.flatMap((element) => element.target ?? []);
    const fixed = group.unmapped?.mode === 'fixed' ? [group.unmapped] : [];
    return [...listed, ...fixed].flatMap((target) => targetOf(group, target) ?? []);
  });
  const foreign: Translated = {
    unmapped: (source.group ?? []).some((group) => statedOf(group, base) === 'hold') ? 'hold' : 'text',
  };
  return {
    name,
    source,
    targets,
    translate: (code, system) => {
      let unmapped: Lookup | undefined;
      for (const group of groups) {
        if (system !== undefined && group.source !== undefined && group.source !== system) continue;
        const listed = group.listed.get(code);
        if (listed) return listed;
        unmapped ??= group.unmapped;
      }
      // A system that no group is of: as careful as the most careful group.
      return unmapped ? unmapped(code, system) : foreign;
    },
  };
}

function listedIn(group: Group): ReadonlyMap<string, Translated> {
  const listed = new Map<string, Translated>();
  for (const { code, target = [] } of group.element) {
    const first = target.find(({ equivalence }) => equivalence !== 'unmatched' && equivalence !== 'disjoint');
    const made = first && targetOf(group, first);
    // A code that is listed as unmatched has no translation on purpose: `unmapped` is not for it.
    if (code !== undefined) listed.set(code, made ? { target: made } : {});
  }
  return listed;
}

function unmappedOf(group: Group, base: string, byUrl: (url: string) => Translator | undefined): Lookup {
  const { unmapped } = group;
  switch (unmapped?.mode) {
    case 'provided':
      return (code) => ({ target: { ...systemOf(group), code }, unmapped: 'keep' });
    case 'fixed': {
      const target = targetOf(group, unmapped);
      const fixed: Translated = { ...(target ? { target } : {}), unmapped: 'default' };
      return () => fixed;
    }
    case 'other-map':
      return (code, system) => byUrl(unmapped.url ?? '')?.translate(code, system) ?? { unmapped: 'text' };
    default: {
      const stated: Translated = { unmapped: statedOf(group, base) ?? 'text' };
      return () => stated;
    }
  }
}

/** What the extension of a group says. */
function statedOf({ extension = [] }: Group, base: string): (typeof STATED)[number] | undefined {
  const stated = extension.find(({ url }) => url === unmappedUrl(base))?.valueCode;
  return STATED.find((known) => known === stated);
}

function targetOf(
  group: Group,
  { code, display }: { readonly code?: string; readonly display?: string },
): Target | undefined {
  if (code === undefined) return undefined;
  return { ...systemOf(group), code, ...(display === undefined ? {} : { display }) };
}

function systemOf({ target }: Group): { readonly system?: string } {
  return target === undefined ? {} : { system: target };
}
