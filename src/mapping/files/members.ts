import { didYouMean, type Report } from './place.ts';
import type { Yaml, YamlMember } from './yaml.ts';

/**
 * The members of a map by name. What is no map, and members that are not known, are reported, the latter with the
 * nearest known name.
 * @param what what the map is, with its article: `A kind`
 */
export function membersOf(
  yaml: Yaml,
  what: string,
  known: readonly string[],
  report: Report,
): ReadonlyMap<string, YamlMember> {
  if (yaml.kind === 'list' || yaml.kind === 'scalar') {
    report(yaml.place, `${what} is a map with ${known.join(', ')}.`);
  }
  if (yaml.kind !== 'map') return new Map();
  for (const { key, keyPlace } of yaml.members) {
    if (!known.includes(key)) report(keyPlace, `${what} has no "${key}"${didYouMean(key, known)}.`);
  }
  return new Map(yaml.members.map((member) => [member.key, member]));
}

/** A scalar as the text it is; anything else is reported. */
export function textOf(yaml: Yaml, what: string, report: Report): string | undefined {
  if (yaml.kind === 'scalar') return String(yaml.value);
  if (yaml.kind !== 'broken') report(yaml.place, `${what} is a text.`);
  return undefined;
}

/** A value that must be one of some names; anything else is reported with the nearest. */
export function oneOf<Name extends string>(
  yaml: Yaml,
  what: string,
  names: readonly Name[],
  report: Report,
): Name | undefined {
  if (yaml.kind === 'broken') return undefined;
  const text = yaml.kind === 'scalar' ? String(yaml.value) : '';
  const name = names.find((known) => known === text);
  if (name === undefined)
    report(yaml.place, `${what} is one of ${names.join(', ')}${didYouMean(text, names)}.`);
  return name;
}
