import { urgencyClass } from '../assessment/urgency.ts';
import { type ErrorCode, errorCodes, errorEntry } from '../errors.ts';
import type { LogEvent, MessageHistory, MessageSummary, Step } from '../log/log.ts';

/** Messages as the API shows them (schemas MessageSummary and Message in openapi.yaml). */

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** What a cause means, whose fault it is and what to do. */
function explain(cause: string): string {
  if (cause === 'earlier-edition') return 'An earlier edition of this assessment must be finished first.';
  const code = errorCodes.find((known): known is ErrorCode => known === cause);
  if (code === undefined) return cause;
  const { fault, text, action } = errorEntry(code);
  return `${fault}: ${text} ${action}`;
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
  const shown = urgencyClass(urgency);
  return {
    ...rest,
    ...(shown === undefined ? {} : { class: shown }),
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
