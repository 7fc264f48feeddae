import type { Definitions } from '../../fhir/definitions.ts';
import { STATED, unmappedUrl } from '../data/concept-map.ts';
import { oneOf } from '../files/members.ts';
import type { Place, Report } from '../files/place.ts';
import type { Yaml, YamlMember } from '../files/yaml.ts';
import { readTemplate } from '../template/read-template.ts';
import { checkResource } from './check.ts';

/**
 * Checks a file of codes/ against FHIR's definition of a ConceptMap, and that each group lists a code once and says
 * what becomes of the others; mistakes are reported.
 */
export function checkConceptMap(
  yaml: Yaml,
  { base, definitions, report }: { base: string; definitions: Definitions; report: Report },
): void {
  const members = membersIn(yaml);
  if (textIn(members.get('resourceType')) !== 'ConceptMap') {
    report(yaml.place, 'A FHIR R4 ConceptMap is expected in this file.');
    return;
  }
  // JSON is YAML, and a resource without expressions is a template: what checks templates checks it.
  const include = (): undefined => undefined;
  checkResource(readTemplate(yaml, { report, include }), {
    ...{ definitions, report, source: [], document: {}, variables: new Map(), predefined: new Map() },
    ...{ maps: new Map(), elements: new Map(), cardinality: new Map(), constants: new Map() },
  });
  const seen = new Set<string>();
  for (const group of itemsIn(members.get('group'))) {
    checkUnmapped(group, unmappedUrl(base), report);
    const source = textIn(membersIn(group).get('source')) ?? '';
    for (const element of itemsIn(membersIn(group).get('element')))
      checkElement(element, source, seen, report);
  }
}

/** The place of the address of the map that a group leads to, for each that does. */
export function* leadsOf(yaml: Yaml): Generator<{ readonly url: string; readonly place: Place }> {
  for (const group of itemsIn(membersIn(yaml).get('group'))) {
    const unmapped = membersIn(group).get('unmapped')?.value;
    const members = unmapped ? membersIn(unmapped) : new Map<string, YamlMember>();
    if (unmapped && textIn(members.get('mode')) === 'other-map') {
      const url = members.get('url');
      yield { url: textIn(url) ?? '', place: url?.value.place ?? unmapped.place };
    }
  }
}

function checkUnmapped(group: Yaml, address: string, report: Report): void {
  const members = membersIn(group);
  const extensions = itemsIn(members.get('extension')).map(membersIn);
  const stated = extensions.find((extension) => textIn(extension.get('url')) === address);
  const unmapped = members.get('unmapped');
  if (!stated && !unmapped && group.kind === 'map') {
    report(
      group.place,
      `A group says what becomes of a code that it does not list: "unmapped" with mode fixed, provided or other-map, or the extension ${address} with valueCode ${STATED.join(' or ')}.`,
    );
  }
  if (stated && unmapped)
    report(unmapped.keyPlace, 'The extension of this group says otherwise: keep one of the two.');
  const code = stated?.get('valueCode');
  if (code) oneOf(code.value, 'What becomes of an unmapped code', STATED, report);
  else if (stated)
    report(group.place, `The extension of this group needs valueCode: ${STATED.join(' or ')}.`);
  if (!unmapped) return;
  const inside = membersIn(unmapped.value);
  if (textIn(inside.get('mode')) === 'fixed' && !inside.has('code')) {
    report(unmapped.value.place, 'The mode "fixed" needs a code.');
  }
}

function checkElement(element: Yaml, source: string, seen: Set<string>, report: Report): void {
  const members = membersIn(element);
  const code = members.get('code');
  if (element.kind === 'map' && !code) report(element.place, 'An element needs the code that is translated.');
  const key = `${source}|${textIn(code) ?? ''}`;
  if (code && seen.has(key)) report(code.value.place, `The code "${textIn(code)}" is listed twice.`);
  if (code) seen.add(key);
  if (code && !members.has('target')) {
    report(
      element.place,
      'A code is listed with its target; one that has none, with equivalence "unmatched".',
    );
  }
  for (const target of itemsIn(members.get('target'))) {
    const inside = membersIn(target);
    if (!inside.has('code') && !['unmatched', 'disjoint'].includes(textIn(inside.get('equivalence')) ?? '')) {
      report(target.place, 'A target needs a code, unless its equivalence is "unmatched".');
    }
  }
}

function membersIn(yaml: Yaml): ReadonlyMap<string, YamlMember> {
  return new Map(yaml.kind === 'map' ? yaml.members.map((member) => [member.key, member]) : []);
}

function itemsIn(member: YamlMember | undefined): readonly Yaml[] {
  return member?.value.kind === 'list' ? member.value.items : [];
}

function textIn(member: YamlMember | undefined): string | undefined {
  return member?.value.kind === 'scalar' ? String(member.value.value) : undefined;
}
