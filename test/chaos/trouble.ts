import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { between, pick, random } from '../../src/sandbox/random.ts';
import type { Bridge, Stage } from './stage.ts';

/** What goes wrong in a storm and when: the same seed gives the same troubles. */

export type Victim = 'bridge' | 'redis' | 'postgres';

type Trouble =
  /** kill -9 of each of these at the same time, then all are started again. */
  | { readonly is: 'kill'; readonly victims: readonly { readonly kind: Victim; readonly nth: number }[] }
  /** Redis forgets everything while it works. */
  | { readonly is: 'flush' }
  /** A bridge is stopped and goes on so many milliseconds later, which is longer than its lease. */
  | { readonly is: 'freeze'; readonly nth: number; readonly ms: number }
  /** Redis is away for so many milliseconds. */
  | { readonly is: 'redis-away'; readonly ms: number }
  /** PostgreSQL ends in order and starts again, as in an upgrade. */
  | { readonly is: 'postgres-restart' };

/** A trouble that comes when so many editions were sent. */
export type Planned = Trouble & { readonly after: number };

export interface TroubleWish {
  readonly seed: number;
  readonly messages: number;
  readonly kills: number;
  readonly bridges: number;
  /** Whether there are PostgreSQL and Redis to trouble. */
  readonly servers: boolean;
  readonly redisAway: number;
  readonly freeze: number;
}

/** The troubles of a storm, in their order. */
export function troubles(wish: TroubleWish): readonly Planned[] {
  const next = random(wish.seed);
  const { messages, kills, bridges, servers } = wish;
  const planned: Planned[] = [];
  const kinds: readonly [Victim, ...Victim[]] = servers
    ? ['bridge', 'bridge', 'bridge', 'redis', 'postgres']
    : ['bridge'];
  for (let killed = 0; killed < kills; ) {
    const after = Math.floor(((killed + next()) * messages) / kills);
    const first = { kind: pick(next, kinds), nth: between(next, 0, bridges - 1) };
    const second = { kind: pick(next, kinds), nth: between(next, 0, bridges - 1) };
    const same = first.kind === second.kind && (first.kind !== 'bridge' || first.nth === second.nth);
    const both = next() < 0.15 && !same && killed + 2 <= kills;
    planned.push({ is: 'kill', victims: both ? [first, second] : [first], after });
    killed += both ? 2 : 1;
  }
  const at = (share: number) => Math.floor(messages * share);
  if (servers) {
    planned.push(
      { is: 'flush', after: at(0.15) },
      { is: 'postgres-restart', after: at(0.25) },
      { is: 'redis-away', ms: wish.redisAway, after: at(0.4) },
      { is: 'flush', after: at(0.65) },
      { is: 'postgres-restart', after: at(0.8) },
    );
  }
  if (bridges > 1) {
    planned.push(
      { is: 'freeze', nth: 0, ms: wish.freeze, after: at(0.3) },
      { is: 'freeze', nth: 1, ms: wish.freeze, after: at(0.7) },
    );
  }
  return planned.toSorted((one, other) => one.after - other.after);
}

/** A trouble as it was. Times in milliseconds since 1970. */
export interface Happened {
  readonly trouble: Planned;
  readonly from: number;
  /** When all that it struck worked again. */
  readonly to: number;
  /** Editions that were acknowledged, and notes that came into the record, meanwhile. */
  readonly during: { readonly acknowledged: number; readonly recorded: number };
}

/** How far a run is. */
export interface Progress {
  readonly acknowledged: number;
  readonly notes: number;
}

function bridgeOf(stage: Stage, nth: number): Bridge {
  return stage.bridges[nth % stage.bridges.length] ?? stage.bridges[0];
}

function needed<T>(server: T | undefined): T {
  if (server === undefined) throw new RangeError('there is no such server to trouble');
  return server;
}

async function flush(url: string): Promise<void> {
  const redis = new Redis(url);
  await redis.flushall();
  redis.disconnect();
}

/** Makes a trouble happen; settles when all works again. */
export async function happen(
  stage: Stage,
  trouble: Planned,
  { progress, signal }: { progress: () => Progress; signal: AbortSignal },
): Promise<Happened> {
  const { servers } = stage;
  const from = Date.now();
  const before = progress();
  switch (trouble.is) {
    case 'kill': {
      const struck = trouble.victims.map(({ kind, nth }) => {
        if (kind === 'bridge') {
          const bridge = bridgeOf(stage, nth);
          return { server: false, kill: bridge.kill, again: bridge.start };
        }
        const server = needed(servers)[kind];
        return { server: true, kill: server.kill, again: server.restart };
      });
      await Promise.all(struck.map(({ kill }) => kill()));
      // A bridge needs its log to start, so servers come first.
      for (const { again } of struck.filter(({ server }) => server)) await again();
      for (const { again } of struck.filter(({ server }) => !server)) await again();
      break;
    }
    case 'flush':
      await flush(needed(servers).redis.url);
      break;
    case 'freeze': {
      const bridge = bridgeOf(stage, trouble.nth);
      bridge.freeze();
      await pause(trouble.ms, undefined, { signal }).catch(() => undefined);
      bridge.thaw();
      break;
    }
    case 'redis-away':
      await needed(servers).redis.kill();
      await pause(trouble.ms, undefined, { signal }).catch(() => undefined);
      await needed(servers).redis.restart();
      break;
    case 'postgres-restart':
      await needed(servers).postgres.restart();
      break;
  }
  const after = progress();
  const during = {
    acknowledged: after.acknowledged - before.acknowledged,
    recorded: after.notes - before.notes,
  };
  return { trouble, from, to: Date.now(), during };
}
