import type { Kind } from '../../mapping/data/catalogue.ts';
import { bookingRightOf } from './booking-right.ts';
import { consentOf } from './consent.ts';
import { definitionsOf } from './definition.ts';
import { type Element, oneOrMany, refuse, text } from './element.ts';
import { answeredOf, kindOf } from './kind.ts';
import { type Assembled, assemble, branch, type Leaf } from './made.ts';
import { observedIn } from './measurements.ts';
import { clientOf, filledByOf } from './people.ts';
import { recipientOf } from './recipient.ts';
import type { Release } from './release.ts';
import { readSent, type Sent } from './request.ts';
import { sectionsOf } from './sections.ts';
import type { SourceSettings } from './settings.ts';
import { identityOf, trialOf, urgencyOf, valueReader } from './values.ts';

/** What reading needs to know beside the request. */
export interface Reading {
  readonly release: Release;
  readonly settings: SourceSettings;
  readonly kinds: readonly Kind[];
}

const statuses = ['completed', 'amended'];
/** The types of resources that are read, wholly or as far as something points to them. */
const readTypes = [
  ...['QuestionnaireResponse', 'Questionnaire', 'Patient', 'RelatedPerson', 'Task', 'Consent', 'Provenance'],
  ...['Organization', 'HealthcareService', 'Location', 'Observation', 'Appointment', 'Composition'],
];
const languages = ['fi', 'sv', 'en'];

/**
 * Makes of a FHIR QuestionnaireResponse, or of a Bundle with one, what an assessment holds. What comes out has yet to be
 * held against the contract; `place` tells for each pointer into it the element of the request.
 * @throws BridgeError `resource-invalid` naming the element
 */
export function readResponse(value: unknown, { release, settings, kinds }: Reading): Assembled {
  const sent = readSent(value, release);
  const { response } = sent;
  expectFinished(response);
  const read = valueReader(sent, settings);
  const answered = answeredOf(sent, release);
  const language = languageOf(response, answered.questionnaire, settings);
  const identity = identityOf(
    { response, identifiers: oneOrMany(response, 'identifier') },
    settings,
    read('edition'),
  );
  const flattening = {
    known: release.item,
    language: language.value,
    display: settings.extensions.answerDisplay,
  };
  const observed = observedIn(sent.ofType('Observation'), response.at);
  const appointment = sent.only('Appointment');
  const bookingRight = appointment && bookingRightOf(appointment, sent, settings);
  const unread = [
    ...observed.unread,
    ...(appointment !== undefined && bookingRight === undefined ? [appointment] : []),
    ...sent.resources.filter(({ members }) => !readTypes.includes(String(members['resourceType']))),
  ];
  const made = {
    at: response.at,
    parts: {
      ...identity,
      kind: kindOf(answered, { kinds, settings, title: read('title'), language: language.value }),
      language,
      trial: trialOf(sent, settings, read('trial')),
      times: { at: `${response.at}.authored`, parts: timesOf(sent, read('started'), read('sent')) },
      client: clientOf(sent, settings),
      filledBy: filledByOf(sent, settings),
      recipient: recipientOf(sent, settings),
      consent: consentOf(sent, settings, release),
      urgency: urgencyOf(read, response.at),
      result: branch(response.at, { recommendation: read('recommendation'), local: read('local') }),
      sections: sectionsOf(response, definitionsOf(answered.questionnaire, language.value), flattening),
      measurements: observed.measurements,
      bloodPressure: observed.bloodPressure,
      summary: read('summary'),
      bookingRight,
    },
  };
  return assemble(
    made,
    unread.map(({ at }) => at),
  );
}

function expectFinished(response: Element): void {
  const status = text(response, 'status');
  if (status === undefined || !statuses.includes(status.value)) {
    refuse(`must be ${statuses.join(' or ')}`, `${response.at}.status`);
  }
}

/** The language of filling: of a tag such as fi-FI the first part. */
function languageOf(
  response: Element,
  questionnaire: Element | undefined,
  { defaults }: SourceSettings,
): Leaf<string> {
  const at = `${response.at}.language`;
  const tag =
    text(response, 'language')?.value ??
    (questionnaire && text(questionnaire, 'language')?.value) ??
    defaults.language;
  const language = languages.find((known) => known === tag?.split('-', 1)[0]?.toLowerCase());
  return { at, value: language ?? refuse(`must be one of ${languages.join(', ')}`, at) };
}

/** When it was begun, completed and sent; what does not say when it was sent was sent when it was completed. */
function timesOf(
  sent: Sent,
  started: Leaf | undefined,
  said: Leaf | undefined,
): Record<string, Leaf | undefined> {
  const { response, bundle } = sent;
  const completed = text(response, 'authored');
  const task = sent.only('Task');
  const told = said ?? (task && text(task, 'authoredOn')) ?? (bundle && text(bundle, 'timestamp'));
  return { started, completed, sent: told ?? completed };
}
