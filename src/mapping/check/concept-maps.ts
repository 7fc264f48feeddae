import type { ConceptMap } from '@medplum/fhirtypes';
import type { Definitions } from '../../fhir/definitions.ts';
import { type Translator, translatorOf } from '../data/concept-map.ts';
import type { Files } from '../files/files.ts';
import { didYouMean, type Place, type Report } from '../files/place.ts';
import { plain } from '../files/yaml.ts';
import { checkConceptMap, leadsOf } from './check-concept-map.ts';

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
