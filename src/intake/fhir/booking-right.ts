import { hasCode } from './coding.ts';
import { child, children, type Element, text } from './element.ts';
import { extension, simpleValue } from './extension.ts';
import type { Branch } from './made.ts';
import { partyOf } from './recipient.ts';
import type { Sent } from './request.ts';
import type { SourceSettings } from './settings.ts';

const LOCATION = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'LOC' }];

/**
 * The booking right that a proposed Appointment is (HL7 Finland's scheduling guide: an appointment based on a grant that
 * exists before it); undefined for any other Appointment.
 */
export function bookingRightOf(
  appointment: Element,
  sent: Sent,
  settings: SourceSettings,
): Branch | undefined {
  const [service] = children(appointment, 'serviceType');
  const [period] = children(appointment, 'requestedPeriod');
  if (appointment.members['status'] !== 'proposed' || service === undefined || period === undefined)
    return undefined;
  const [identifier] = children(appointment, 'identifier');
  const place = children(appointment, 'participant').find((participant) =>
    children(participant, 'type').some((type) => hasCode(type, LOCATION)),
  );
  const actor = place && child(place, 'actor');
  const count = extension(appointment, settings.extensions.bookingRightCount);
  return {
    at: appointment.at,
    parts: {
      id: identifier && text(identifier, 'value'),
      service: serviceOf(service),
      unit: actor && partyOf(actor, sent, settings),
      from: text(period, 'start'),
      until: text(period, 'end'),
      count: count && simpleValue(count),
      text: text(appointment, 'patientInstruction'),
    },
  };
}

/** A service by its first code; one that is told in words only has the words as its code. */
function serviceOf(service: Element): Branch {
  const [coding] = children(service, 'coding');
  const words = text(service, 'text') ?? (coding && text(coding, 'display'));
  const code = coding && text(coding, 'code');
  const system = coding && text(coding, 'system');
  return { at: service.at, parts: { code: code ?? words, system, label: words ?? code } };
}
