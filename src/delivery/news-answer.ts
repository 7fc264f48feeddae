import { headerOf, retryAfterOf } from '../record/reply.ts';
import type { HttpAnswer } from '../record/transport.ts';

/** How one try to post news ended. Everything but `sent` is tried again. */
export type NewsResult = 'sent' | 'redirected' | 'refused' | 'busy' | 'failed' | 'unreachable' | 'unanswered';

export interface NewsAnswer {
  readonly result: NewsResult;
  /** In plain words, e.g. `HTTP 503`. */
  readonly note: string;
  /** Milliseconds that the receiver asked to wait. */
  readonly retryAfter?: number;
  /** Whether other news would fare no better now: nobody is there, or nobody who can take news. */
  readonly away: boolean;
}

const AWAY = new Set([429, 502, 503, 504]);

/** Reads a receiver's answer, as Standard Webhooks says: 2xx is success and nothing else. `now` in milliseconds. */
export function readNewsAnswer(answer: HttpAnswer, now: number): NewsAnswer {
  if (answer.kind !== 'answered') {
    return {
      result: answer.kind === 'not-sent' ? 'unreachable' : 'unanswered',
      note: answer.why,
      away: true,
    };
  }
  const retryAfter = retryAfterOf(headerOf(answer.headers, 'retry-after'), now);
  return {
    result: resultOf(answer.status),
    note: `HTTP ${answer.status}`,
    away: AWAY.has(answer.status),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}

function resultOf(status: number): NewsResult {
  if (status >= 200 && status < 300) return 'sent';
  if (status === 429) return 'busy';
  if (status >= 300 && status < 400) return 'redirected';
  return status >= 400 && status < 500 ? 'refused' : 'failed';
}
