import { urgencyClass } from '../assessment/urgency.ts';
import { explain } from '../delivery/explain.ts';
import type { Due, LogEvent, MessageHistory, MessageSummary, Step } from '../log/message.ts';
import type { Act } from '../log/people.ts';

/** Messages and acts as the API shows them (schemas of openapi.yaml). */

export function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** The member `class`; none for what has no class. */
export function showClass(urgency: number) {
  const shown = urgencyClass(urgency);
  return shown === undefined ? {} : { class: shown };
}

function showStep({ name, state, attempt, intendedAt, endedAt, location, error }: Step) {
  return {
    name,
    state,
    attempt,
    intendedAt: time(intendedAt),
    ...(endedAt === undefined ? {} : { endedAt: time(endedAt) }),
    ...(location === undefined ? {} : { location }),
    ...(error === undefined ? {} : { error }),
  };
}

function showEvent({ at, ...event }: LogEvent) {
  return { at: time(at), ...event };
}

export function showSummary(message: MessageSummary) {
  const { urgency, acceptedAt, sentAt, deliveredAt, dueAt, source: _, correlation: __, ...rest } = message;
  return {
    ...rest,
    ...showClass(urgency),
    acceptedAt: time(acceptedAt),
    sentAt: time(sentAt),
    ...(deliveredAt === undefined ? {} : { deliveredAt: time(deliveredAt) }),
    ...(dueAt === undefined ? {} : { dueAt: time(dueAt) }),
  };
}

export function showMessage({ steps, history, ...message }: MessageHistory) {
  return {
    ...showSummary(message),
    ...(message.cause === undefined ? {} : { explanation: explain(message.cause) }),
    steps: steps.map(showStep),
    history: history.map(showEvent),
  };
}

/** What a sender sees of a message in a list: where it is, by the sender's own ids. */
export function showSentSummary(message: MessageSummary) {
  const { dueAt: _, attempts: __, mapping: ___, ...shown } = showSummary(message);
  return shown;
}

/** A message as its sender sees it: who of operations did or chose what is not the sender's business. */
export function showSent({ chosen: _, history, ...message }: MessageHistory) {
  return showMessage({ ...message, history: history.map(({ by: __, ...event }) => event) });
}

export function showDue({ id, urgency, due }: Due) {
  return { id, ...showClass(urgency), due: time(due) };
}

export function showAct({ at, ...act }: Act) {
  return { at: time(at), ...act };
}
