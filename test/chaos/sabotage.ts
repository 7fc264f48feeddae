import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { MessageLog } from '../../src/log/log.ts';
import type { Accepted, Claim, MessageHistory, MessageSummary } from '../../src/log/message.ts';
import { LEASE } from './stage.ts';

/**
 * Defects on purpose, put around the log of a bridge from outside: the checker must see each of them. They are what a
 * bridge does that is careless in one point.
 */
export type Sabotage =
  | 'acknowledge before commit'
  | 'retry without look-up'
  | 'ignore the fence'
  | 'finish before the write'
  | 'drop what is refused'
  | 'ignore the order of editions'
  | 'claim twice'
  | 'lose a wake without a sweeper'
  | 'forget what is held'
  | 'call delivered what is held'
  | 'lose count'
  | 'another answer to the same key'
  | 'deliver trials';

type Wrap = (log: MessageLog) => Partial<MessageLog>;

const nothing = () => undefined;
const SEPARATOR = '~';

/** Every message read from a log, changed. */
function reading(log: MessageLog, change: <T extends MessageSummary>(message: T) => T | undefined) {
  return {
    async message(id: string): Promise<MessageHistory | undefined> {
      const found = await log.message(id);
      return found && change(found);
    },
    list: async (...asked: Parameters<MessageLog['list']>) =>
      (await log.list(...asked)).flatMap((message) => change(message) ?? []),
  };
}

export const sabotages: Readonly<Record<Sabotage, Wrap>> = {
  'acknowledge before commit'(log) {
    const given = new Map<string, string>();
    return {
      async accept(message): Promise<Accepted> {
        const key = `${message.assessment} ${message.edition}`;
        const id = given.get(key) ?? message.id;
        if (given.has(key)) return { outcome: 'repeat', id, state: 'received', correlation: id };
        given.set(key, id);
        void pause(500).then(() => log.accept(message).catch(nothing));
        return { outcome: 'accepted', id, state: 'received', correlation: message.correlation };
      },
    };
  },
  'retry without look-up': (log) => ({
    claim: async (asked) =>
      (await log.claim(asked)).map((claim) => ({
        ...claim,
        steps: claim.steps.filter(({ state }) => state === 'done'),
      })),
  }),
  'ignore the fence'(log) {
    let kept: { readonly claims: readonly Claim[]; readonly until: number } | undefined;
    let taken: readonly Claim[] = [];
    return {
      async claim(asked) {
        const [given, left] = [taken.slice(0, asked.limit), taken.slice(asked.limit)];
        taken = left;
        if (given.length > 0) return given;
        const claims = await log.claim(asked);
        // The first are worked at too late, as by a process that stood still, when others have taken them over.
        if (kept === undefined && claims.length > 0) {
          kept = { claims, until: asked.now + LEASE * 1000 };
          return [];
        }
        if (kept === undefined || asked.now <= kept.until) return claims;
        const all = [...kept.claims, ...claims];
        kept = { claims: [], until: Number.POSITIVE_INFINITY };
        taken = all.slice(asked.limit);
        return all.slice(0, asked.limit);
      },
      mapped: (...given) => log.mapped(...given).catch(nothing),
      intend: (...given) => log.intend(...given).catch(() => 1),
      settle: (...given) => log.settle(...given).catch(nothing),
      finish: (...given) => log.finish(...given).catch(() => []),
    };
  },
  'finish before the write': (log) => ({
    async intend(lease, step) {
      const attempt = await log.intend(lease, step);
      await log.settle(lease, { name: step.name, attempt, state: 'done', at: step.at });
      await log.finish(lease, { state: 'delivered' }, step.at);
      return attempt;
    },
    settle: (...given) => log.settle(...given).catch(nothing),
    finish: (...given) => log.finish(...given).catch(() => []),
  }),
  'drop what is refused': (log) => ({
    finish: (lease, ending, at) =>
      ending.state === 'held' && ending.cause === 'record-refused'
        ? log.finish(lease, { state: 'delivered' }, at).catch(() => log.finish(lease, ending, at))
        : log.finish(lease, ending, at),
  }),
  'ignore the order of editions': (log) => ({
    accept: (message) =>
      log.accept({ ...message, assessment: `${message.assessment}${SEPARATOR}${message.edition}` }),
    ...reading(log, (message) => ({
      ...message,
      assessment: message.assessment.split(SEPARATOR)[0] ?? message.assessment,
    })),
  }),
  'claim twice'(log) {
    let before: readonly Claim[] = [];
    return {
      async claim(asked) {
        const again = before.slice(0, asked.limit);
        before = again.length > 0 ? [] : await log.claim(asked);
        return again.length > 0 ? again : before;
      },
    };
  },
  'lose a wake without a sweeper': (log) => ({
    due: async () => [],
    nextDue: async () => undefined,
    finish: async (...given) => (await log.finish(...given)).slice(0, 0),
  }),
  'forget what is held': (log) => reading(log, (message) => (message.state === 'held' ? undefined : message)),
  'call delivered what is held': (log) =>
    reading(log, (message) => (message.state === 'held' ? { ...message, state: 'delivered' } : message)),
  'lose count': (log) => ({
    async ledger() {
      const books = await log.ledger();
      return { ...books, states: { ...books.states, delivered: Math.max(0, books.states.delivered - 1) } };
    },
  }),
  'another answer to the same key': (log) => ({
    async accept(message) {
      const accepted = await log.accept(message);
      return accepted.outcome === 'repeat' ? { ...accepted, id: randomUUID() } : accepted;
    },
  }),
  'deliver trials': (log) => ({ accept: (message) => log.accept({ ...message, trial: false }) }),
};
