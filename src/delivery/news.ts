import { randomUUID } from 'node:crypto';
import { traceOf } from '../errors.ts';
import type { MessageLog } from '../log/log.ts';
import type { NewsClaim, Recipient } from '../log/outbox.ts';
import type { Transport } from '../record/transport.ts';
import { type Clock, systemClock } from './clock.ts';
import { type NewsAnswer, type NewsResult, readNewsAnswer } from './news-answer.ts';
import { newsBody, newsId } from './news-body.ts';
import { createNewsPace } from './news-pace.ts';
import type { NewsReceiver } from './news-receiver.ts';
import { pause, type RetryTimes } from './retry-policy.ts';
import type { Logger } from './worker.ts';

export interface NewsOptions {
  readonly log: Pick<MessageLog, 'claimNews' | 'newsSent' | 'newsFailed'>;
  readonly to: Recipient;
  readonly receiver: NewsReceiver;
  /** With as many connections as `concurrency`, and a time-out well below `lease`. */
  readonly transport: Pick<Transport, 'send'>;
  readonly logger: Logger;
  /** Told how each try ended. */
  readonly observe: (posted: { readonly to: Recipient; readonly result: NewsResult }) => void;
  readonly clock?: Clock;
  /** A number from 0 to 1, for the spread of pauses. */
  readonly chance?: () => number;
  readonly settings?: Partial<NewsSettings>;
}

/** Times in milliseconds. */
export interface NewsSettings {
  /** News under way at the same time. */
  readonly concurrency: number;
  /** Time-out of one try, as its transport has it. */
  readonly timeout: number;
  /** Pause between two looks into an empty outbox. */
  readonly interval: number;
  readonly lease: number;
  /** How long `stop` waits for what is under way. */
  readonly stopLimit: number;
  /** Pauses between the tries of one piece of news; `told` is the longest that the receiver may ask for. */
  readonly times: Pick<RetryTimes, 'first' | 'most' | 'told'>;
  /** How a receiver is spared that takes nothing. */
  readonly rest: { readonly first: number; readonly most: number };
}

export const newsSettings: NewsSettings = {
  concurrency: 16,
  timeout: 15_000,
  interval: 1_000,
  lease: 60_000,
  stopLimit: 20_000,
  times: { first: 5_000, most: 10 * 60_000, told: 60 * 60_000 },
  rest: { first: 1_000, most: 5_000 },
};

/** The sending of news to one recipient. */
export interface NewsSender {
  /** Takes no more from the outbox and waits for what is under way, up to the limit; the rest is left to its lease. */
  stop(): Promise<void>;
}

/**
 * Posts the news of the outbox until each is taken (2xx), however long that lasts: what is not taken comes again after
 * growing pauses, with the same `webhook-id`, and stops nothing but the later news of its own case. Several processes
 * may do so for one log. Never rejects.
 */
export function startNews(options: NewsOptions): NewsSender {
  const { log, to, receiver, transport, logger, observe, clock = systemClock } = options;
  const settings = { ...newsSettings, ...options.settings };
  const { concurrency, interval, lease, times } = settings;
  const chance = options.chance ?? Math.random;
  const pace = createNewsPace({ clock, threshold: concurrency, ...settings.rest });
  const underWay = new Set<Promise<void>>();
  let stopped = false;
  let changed = false;
  let wake: () => void = () => undefined;

  /** Nothing leaves after the lease has ended: another process may then be further in the case. */
  async function post(claim: NewsClaim, notAfter: number): Promise<NewsAnswer> {
    const id = newsId(claim);
    const body = JSON.stringify(newsBody(claim));
    const answer = await transport.send({
      method: 'POST',
      url: receiver.url,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'omaolo-apotti-bridge',
        'x-request-id': randomUUID(),
        'x-correlation-id': claim.message.correlation,
        ...receiver.sign(id, clock.now(), body),
      },
      body,
      notAfter,
    });
    return readNewsAnswer(answer, clock.now());
  }

  async function handle(claim: NewsClaim, leasedUntil: number): Promise<void> {
    const { result, note, retryAfter, away } = await post(claim, leasedUntil);
    observe({ to, result });
    if (away) pace.failed();
    else pace.answered();
    const now = clock.now();
    if (result === 'sent') {
      await log.newsSent(claim, now);
      return;
    }
    const told = Math.min(retryAfter ?? 0, times.told);
    if (away) pace.told(told);
    const waited = times.first * 2 ** Math.min(claim.attempts, MOST_DOUBLINGS);
    const due = now + Math.max(told, Math.min(times.most, pause(waited, times, chance())));
    logger.warn({ ...namesOf(claim), result, note, due: new Date(due).toISOString() }, 'news was not taken');
    await log.newsFailed(claim, due);
  }

  /** What fails here leaves the news to its lease, after which it is posted again under the same id. */
  async function guarded(claim: NewsClaim, leasedUntil: number): Promise<void> {
    try {
      await handle(claim, leasedUntil);
    } catch (error) {
      logger.error({ ...namesOf(claim), failure: traceOf(error) }, 'news was left to its lease');
    }
  }

  async function claim(now: number): Promise<readonly NewsClaim[]> {
    const limit = pace.rest() > 0 ? 0 : concurrency - underWay.size;
    if (limit === 0) return [];
    try {
      return await log.claimNews({ to, now, lease, limit });
    } catch (error) {
      logger.error({ to, failure: traceOf(error) }, 'news could not be claimed');
      return [];
    }
  }

  /** Until a try ends or the process stops, or else for a while. */
  function untilChanged(): Promise<void> {
    if (changed) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = clock.after(Math.max(1, Math.min(pace.rest() || interval, interval)), resolve);
      wake = () => {
        cancel();
        resolve();
      };
    });
  }

  function change(): void {
    changed = true;
    wake();
  }

  async function run(): Promise<void> {
    while (!stopped) {
      changed = false;
      const now = clock.now();
      for (const claimed of await claim(now)) {
        const trying = guarded(claimed, now + lease).then(() => {
          underWay.delete(trying);
          change();
        });
        underWay.add(trying);
      }
      await untilChanged();
    }
  }

  const running = run();
  return {
    async stop() {
      stopped = true;
      change();
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const cancel = clock.after(settings.stopLimit, resolve);
      await Promise.race([running.then(() => Promise.all(underWay)), late]);
      cancel();
    },
  };
}

/** What a log line calls a piece of news. */
function namesOf(claim: NewsClaim): object {
  const { to, message, attempts } = claim;
  return { to, news: newsId(claim), message: message.id, correlation: message.correlation, attempts };
}

const MOST_DOUBLINGS = 20;
