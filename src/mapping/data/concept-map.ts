import type { ConceptMap } from '@medplum/fhirtypes';

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

/** What a group may say in an extension, for which FHIR R4 has no mode. */
export const STATED = ['text', 'hold'] as const;

/** The address of the extension that says what becomes of codes that a group does not list. */
export function unmappedUrl(base: string): string {
  return `${base}/StructureDefinition/unmapped`;
}

type Group = NonNullable<ConceptMap['group']>[number];
type Lookup = (code: string, system: string | undefined) => Translated;

/**
 * A ConceptMap that was checked, made ready for look-ups.
 * @param base what the addresses of the region's own extensions begin with
 * @param byUrl finds the map that `unmapped` leads to
 */
export function translatorOf(
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
