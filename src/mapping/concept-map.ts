import type { ConceptMap } from '@medplum/fhirtypes';
import { readJson } from './files.ts';
import type { Report } from './place.ts';

/** What a code is translated to. */
interface Target {
  readonly code: string;
  readonly system?: string;
  readonly display?: string;
}

/** A ConceptMap made ready for look-ups. */
export interface Translator {
  readonly name: string;
  /** The content, for digests. */
  readonly source: ConceptMap;
  /** Every target a code can get, as far as the map lists them. */
  readonly targets: readonly Target[];
  translate(code: string, system: string | undefined): Target | undefined;
}

/**
 * Reads the ConceptMaps (http://hl7.org/fhir/R4/conceptmap.html) of a folder, by file name without `.json`.
 * A code that a map does not list gets what `unmapped` says: nothing, itself, a fixed code or another map's target.
 */
export function readConceptMaps(
  files: readonly { readonly name: string; readonly path: string; readonly label: string }[],
  report: Report,
): Map<string, Translator> {
  const translators = new Map<string, Translator>();
  const byUrl = (url: string): Translator | undefined =>
    [...translators.values()].find(({ source }) => source.url === url);
  for (const { name, path, label } of files) {
    const source = readJson(path, label, report);
    if (source === undefined) continue;
    if (!isConceptMap(source)) {
      report({ file: label, line: 1, column: 1 }, 'A FHIR R4 ConceptMap is expected in this file.');
      continue;
    }
    translators.set(name, translatorOf(name, source, byUrl));
  }
  for (const { name, source } of translators.values()) {
    const label = files.find((file) => file.name === name)?.label ?? name;
    for (const { unmapped } of source.group ?? []) {
      if (unmapped?.mode === 'other-map' && !byUrl(unmapped.url ?? '')) {
        report(
          { file: label, line: 1, column: 1 },
          `unmapped names a ConceptMap that is not there: ${unmapped.url}`,
        );
      }
    }
  }
  return translators;
}

function isConceptMap(value: unknown): value is ConceptMap {
  return (
    typeof value === 'object' &&
    value !== null &&
    'resourceType' in value &&
    value.resourceType === 'ConceptMap'
  );
}

type Group = NonNullable<ConceptMap['group']>[number];
type Lookup = (code: string, system: string | undefined) => Target | undefined;

function translatorOf(
  name: string,
  source: ConceptMap,
  byUrl: (url: string) => Translator | undefined,
): Translator {
  const groups = (source.group ?? []).map((group) => ({
    source: group.source,
    look: lookupOf(group, byUrl),
  }));
  const targets = (source.group ?? []).flatMap((group) => {
    const listed = group.element.flatMap((element) => element.target ?? []);
    const fixed = group.unmapped?.mode === 'fixed' ? [group.unmapped] : [];
    return [...listed, ...fixed].flatMap((target) => targetOf(group, target) ?? []);
  });
  return {
    name,
    source,
    targets,
    translate: (code, system) => {
      for (const group of groups) {
        if (system !== undefined && group.source !== undefined && group.source !== system) continue;
        const target = group.look(code, system);
        if (target) return target;
      }
      return undefined;
    },
  };
}

function lookupOf(group: Group, byUrl: (url: string) => Translator | undefined): Lookup {
  const listed = new Map<string, Target>();
  for (const { code, target = [] } of group.element) {
    const first = target.find(({ equivalence }) => equivalence !== 'unmatched' && equivalence !== 'disjoint');
    const made = first && targetOf(group, first);
    if (code !== undefined && made) listed.set(code, made);
  }
  const unmapped = unmappedOf(group, byUrl);
  return (code, system) => listed.get(code) ?? unmapped(code, system);
}

function unmappedOf(group: Group, byUrl: (url: string) => Translator | undefined): Lookup {
  const { unmapped } = group;
  switch (unmapped?.mode) {
    case 'provided':
      return (code) => targetOf(group, { code });
    case 'fixed': {
      const fixed = targetOf(group, unmapped);
      return () => fixed;
    }
    case 'other-map':
      return (code, system) => byUrl(unmapped.url ?? '')?.translate(code, system);
    default:
      return () => undefined;
  }
}

function targetOf(
  group: Group,
  { code, display }: { readonly code?: string; readonly display?: string },
): Target | undefined {
  if (code === undefined) return undefined;
  return {
    ...(group.target === undefined ? {} : { system: group.target }),
    code,
    ...(display === undefined ? {} : { display }),
  };
}
