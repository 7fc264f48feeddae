import { urgencyClass } from '../assessment/urgency.ts';
import type { News } from '../log/outbox.ts';
import { explain, meaningOf } from './explain.ts';

/**
 * News as it is posted (schemas News and Alarm in openapi.yaml): ids, codes, times and the catalogue's own words, never
 * what a person wrote. Each repeat says the same, but for the `state` of an alarm: that is of the moment.
 */
export function newsBody(news: News): object {
  return news.to === 'sender' ? senderNews(news) : alarm(news);
}

/**
 * Names the news in the header `webhook-id`, the same at each try. The time is part of it because a log restored from
 * a backup counts on from an earlier number: other news must not bear a name that the receiver has seen.
 */
export function newsId({ message, seq, at }: Pick<News, 'message' | 'seq' | 'at'>): string {
  return `${message.id}-${seq}-${at}`;
}

function senderNews({ type, message, cause, at, seq }: News): object {
  return {
    type: `assessment.${type}`,
    ...edition(message),
    state: type,
    ...(cause === undefined ? {} : { cause, explanation: explain(cause) }),
    at: time(at),
    correlation: message.correlation,
    sequence: seq,
  };
}

function alarm({ type, message, cause, at, seq }: News): object {
  return {
    type,
    ...edition(message),
    state: message.state,
    ...(cause === undefined ? {} : { cause }),
    acceptedAt: time(message.acceptedAt),
    at: time(at),
    ...(type === 'alarm' ? whatToDo(cause) : {}),
    correlation: message.correlation,
    sequence: seq,
  };
}

function edition({ id, assessment, edition, kind, urgency }: News['message']): object {
  const shown = urgencyClass(urgency);
  return { id, assessment, edition, kind, ...(shown === undefined ? {} : { class: shown }) };
}

function whatToDo(cause: string | undefined): { explanation: string; action: string } {
  const { meaning, action } = cause === undefined ? { meaning: LATE } : meaningOf(cause);
  return { explanation: meaning, action: action ?? LOOK };
}

const LATE = 'It is not in the record in its time, and nothing is known that keeps it from there.';
const LOOK = 'Look whether the bridge delivers at all (/health/ready), then at the history of the message.';

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
