import { child, type Element, text } from './element.ts';
import { extension, placeOf, simpleValue } from './extension.ts';
import type { Branch, Leaf } from './made.ts';
import type { Release } from './release.ts';
import type { Sent } from './request.ts';
import type { SourceSettings } from './settings.ts';

/** What the citizen agreed to: by the extension, else by a Consent of the request that is active. */
export function consentOf(sent: Sent, settings: SourceSettings, release: Release): Branch {
  const url = settings.extensions.consent;
  const provenance = sent.only('Provenance');
  const found = extension(sent.response, url) ?? extension(provenance, url);
  if (found !== undefined) {
    const part = (name: string): Leaf | undefined => {
      const inner = extension(found, name);
      return inner && simpleValue(inner);
    };
    return { at: found.at, parts: { given: part('given'), time: part('time'), text: part('text') } };
  }
  const consent = sent.only('Consent');
  return consent === undefined
    ? { at: placeOf(sent.response, url), parts: {} }
    : ofResource(consent, release);
}

function ofResource(consent: Element, { consentTime }: Release): Branch {
  const time = text(consent, consentTime);
  const given = { at: `${consent.at}.status`, value: consent.members['status'] === 'active' };
  // A day is no moment; the whole Consent is kept with the message.
  const moment = time?.value.includes('T') === true ? time : undefined;
  const wording = child(consent, 'sourceAttachment');
  const words = wording && text(wording, 'title');
  return { at: consent.at, parts: { given, time: moment, text: words } };
}
