import { hasCode, isLabelled } from './coding.ts';
import { child, children, type Element, oneOrMany, refuse, text } from './element.ts';
import { extension, placeOf, simpleValue } from './extension.ts';
import { type Branch, branch, type Leaf } from './made.ts';
import { birthDateOf, contactOf, hetuOf, municipalityOf, namesOf, temporaryIdOf } from './person.ts';
import type { Sent } from './request.ts';
import type { SourceSettings } from './settings.ts';

/** A person that a reference names: the resource, where the request has it, and the identifiers that are known. */
interface Person {
  readonly resource: Element | undefined;
  readonly identifiers: readonly Element[];
}

function personOf(sent: Sent, reference: Element): Person {
  const target = text(reference, 'reference');
  const resource = target === undefined ? undefined : sent.resolve(target.value);
  const own = child(reference, 'identifier');
  const identifiers = [
    ...(resource === undefined ? [] : children(resource, 'identifier')),
    ...(own ? [own] : []),
  ];
  if (resource === undefined && own === undefined) {
    return refuse('must point to a resource of the request, or have an identifier', reference.at);
  }
  return { resource, identifiers };
}

/** Whom the assessment is about. @throws BridgeError `resource-invalid` when the request does not say. */
export function clientOf(sent: Sent, settings: SourceSettings): Branch {
  const place = `${sent.response.at}.subject`;
  const subject = child(sent.response, 'subject') ?? refuse('must say whom the answers are about', place);
  const { resource, identifiers } = personOf(sent, subject);
  if (resource !== undefined && resource.members['resourceType'] !== 'Patient')
    refuse('must be a Patient', place);
  const at = resource?.at ?? place;
  const parts = {
    hetu: hetuOf(identifiers, settings),
    temporaryId: temporaryIdOf(identifiers),
    nonDisclosure: nonDisclosureOf(sent, settings),
    disclosureToGuardian: disclosureOf(sent, settings),
  };
  if (resource === undefined) return { at, parts };
  return {
    at,
    parts: {
      ...parts,
      names: namesOf(resource),
      birthDate: birthDateOf(resource),
      contact: contactOf(resource),
      municipality: municipalityOf(resource, settings),
    },
  };
}

/** A label on any resource counts: too much kept back is mended, too much told is not. */
function nonDisclosureOf({ resources, bundle }: Sent, { labels }: SourceSettings): Leaf | undefined {
  const all = bundle === undefined ? resources : [...resources, bundle];
  const labelled = all.find((resource) => isLabelled(resource, labels.nonDisclosure));
  return labelled && { at: `${labelled.at}.meta`, value: true };
}

function disclosureOf({ resources }: Sent, { extensions }: SourceSettings): Leaf | undefined {
  const found = resources.map((resource) => extension(resource, extensions.disclosureToGuardian));
  const first = found.find((one) => one !== undefined);
  return first && simpleValue(first);
}

/** Who filled the assessment: the client, or the RelatedPerson that `source` (else `author`) points to. */
export function filledByOf(sent: Sent, settings: SourceSettings): Branch {
  const { response } = sent;
  const source = child(response, 'source') ?? child(response, 'author');
  const at = `${response.at}.source`;
  const subject = child(response, 'subject');
  if (source === undefined || (subject !== undefined && isSame(sent, source, subject))) {
    return { at, parts: { role: { at, value: 'self' } } };
  }
  const { resource, identifiers } = personOf(sent, source);
  if (resource?.members['resourceType'] !== 'RelatedPerson') {
    return refuse('must be the subject, or a RelatedPerson of the request', source.at);
  }
  const isGuardian = oneOrMany(resource, 'relationship').some((one) => hasCode(one, settings.guardian));
  const person = {
    hetu: hetuOf(identifiers, settings),
    names: namesOf(resource),
    contact: contactOf(resource),
  };
  return {
    at: resource.at,
    parts: {
      role: { at: `${resource.at}.relationship`, value: isGuardian ? 'guardian' : 'proxy' },
      person: { at: resource.at, parts: person },
      authorisation: authorisationOf(resource, settings),
    },
  };
}

/** Whether two references name one person: by the same words, the same resource or the same identifier. */
function isSame(sent: Sent, one: Element, other: Element): boolean {
  const [a, b] = [personOf(sent, one), personOf(sent, other)];
  if (a.resource !== undefined && b.resource !== undefined) return a.resource.at === b.resource.at;
  return a.identifiers.some(({ members: { system, value } }) =>
    b.identifiers.some(
      ({ members }) => value !== undefined && members['system'] === system && members['value'] === value,
    ),
  );
}

function authorisationOf(person: Element, settings: SourceSettings): Branch {
  const url = settings.extensions.authorisation;
  const found = extension(person, url);
  const part = (name: string): Leaf | undefined => {
    const inner = extension(found, name);
    return inner && simpleValue(inner);
  };
  return (
    branch(found?.at ?? person.at, {
      service: part('service'),
      time: part('time'),
      answer: part('answer'),
      reference: part('reference'),
    }) ?? { at: placeOf(person, url), parts: {} }
  );
}
