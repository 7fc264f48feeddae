import { identifierOf } from './coding.ts';
import { child, children, type Element, refuse, text } from './element.ts';
import { extension, placeOf } from './extension.ts';
import type { Branch } from './made.ts';
import type { Sent } from './request.ts';
import type { SourceSettings } from './settings.ts';

const OID = 'urn:oid:';

/**
 * Where the citizen sent it: the parts of the extension; else the owner of the Task (organisation) and the recipients of
 * its restriction (a HealthcareService is a queue, others are units; of two units the second is the queue); else the
 * organisation of the settings.
 */
export function recipientOf(sent: Sent, settings: SourceSettings): Branch {
  const url = settings.extensions.recipient;
  const said = extension(sent.response, url);
  const task = sent.only('Task');
  const part = (name: string): Branch | undefined => {
    const reference = extension(said, name);
    const found = reference && child(reference, 'valueReference');
    return found && partyOf(found, sent, settings);
  };
  const restriction = task && child(task, 'restriction');
  const recipients = restriction === undefined ? [] : children(restriction, 'recipient');
  const [unit, second] = recipients.filter((reference) => !isService(reference, sent));
  const queue = recipients.find((reference) => isService(reference, sent)) ?? second;
  const owner = task && child(task, 'owner');
  const party = (reference: Element | undefined): Branch | undefined =>
    reference && partyOf(reference, sent, settings);
  return {
    at: placeOf(sent.response, url),
    parts: {
      organisation: part('organisation') ?? party(owner) ?? usual(sent.response, settings),
      unit: part('unit') ?? party(unit),
      queue: part('queue') ?? party(queue),
    },
  };
}

function isService(reference: Element, { resolve }: Sent): boolean {
  const target = text(reference, 'reference');
  const type = target === undefined ? undefined : resolve(target.value)?.members['resourceType'];
  return (type ?? reference.members['type']) === 'HealthcareService';
}

function usual({ at }: Element, { defaults }: SourceSettings): Branch | undefined {
  if (defaults.organisation === undefined) return undefined;
  const { oid, name } = defaults.organisation;
  return {
    at,
    parts: { oid: { at, value: oid }, name: name === undefined ? undefined : { at, value: name } },
  };
}

/** A party by its OID: an Organization, HealthcareService or Location of the request, or a reference with the identifier. */
export function partyOf(reference: Element, sent: Sent, settings: SourceSettings): Branch {
  const target = text(reference, 'reference');
  const resource = target && sent.resolve(target.value);
  const own = child(reference, 'identifier');
  const identifiers = [...(resource ? children(resource, 'identifier') : []), ...(own ? [own] : [])];
  const value = identifierOf(identifiers, settings.identifiers.party);
  if (value === undefined) return refuse('must name a party by its OID', reference.at);
  const oid = {
    at: value.at,
    value: value.value.startsWith(OID) ? value.value.slice(OID.length) : value.value,
  };
  const name = text(reference, 'display') ?? (resource && text(resource, 'name'));
  return { at: reference.at, parts: { oid, name } };
}
