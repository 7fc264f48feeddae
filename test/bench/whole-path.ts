import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { MessageLog } from '../../src/log/log.ts';
import type { BridgeInput, Overtaking } from './bridge-process.ts';
import { type Figure, quantile } from './figures.ts';
import { send } from './load.ts';
import { keyFileIn, many, openLog } from './messages.ts';
import type { Child } from './processes.ts';
import { type Ground, onGround } from './processes.ts';
import type { TwinNotes, TwinReady } from './twin-process.ts';

const CONNECTIONS = 64;
const WARM_UP = 600;
const BURST = 4000;
const PACE = { rate: 200, seconds: 10 };
/** Longest time for all messages of a part to come into the record, in milliseconds. */
const PATIENCE = 90_000;

/** Bridge and twin in processes of their own, over the log in the ground's folder. */
export interface Stage {
  readonly bridge: Child;
  readonly twin: Child;
  readonly url: string;
  readonly hetus: readonly string[];
  /** Waits until so many messages are delivered. */
  delivered(count: number): Promise<void>;
  /** Ends both. */
  end(): Promise<{ readonly notes: TwinNotes; readonly overtaken: readonly number[] }>;
}

/** `environment`: more variables of the bridge, e.g. `DATABASE_URL`. */
export async function setStage(
  ground: Ground,
  environment: Readonly<Record<string, string>> = {},
): Promise<Stage> {
  const twin = await ground.start('twin-process.ts');
  const { fhirUrl, tokenUrl, hetus }: TwinReady = JSON.parse(twin.ready);
  const input: BridgeInput = { folder: ground.folder, fhirUrl, tokenUrl, environment };
  const bridge = await ground.start('bridge-process.ts', input);
  const { url }: { url: string } = JSON.parse(bridge.ready);
  return {
    bridge,
    twin,
    url,
    hetus,
    async delivered(count) {
      const end = Date.now() + PATIENCE;
      for (;;) {
        const { states } = await ledgerOf(url);
        if ((states['delivered'] ?? 0) >= count) return;
        if (Date.now() > end) throw new Error(`not all were delivered in time: ${JSON.stringify(states)}`);
        await pause(50);
      }
    },
    async end() {
      const { overtaken }: Overtaking = JSON.parse(await bridge.end());
      const notes: TwinNotes = JSON.parse(await twin.end());
      return { notes, overtaken };
    },
  };
}

/** The bridge's books, over HTTP. */
export async function ledgerOf(url: string): Promise<{ readonly states: Readonly<Record<string, number>> }> {
  const response = await fetch(`${url}/v1/operations/ledger`);
  return (await response.json()) as { states: Record<string, number> };
}

/**
 * When each of these messages was accepted and when it was in the record, by the clock of this computer.
 * @throws Error when one is not there exactly once
 */
export async function timesOf(
  log: MessageLog,
  ids: readonly string[],
  notes: TwinNotes,
): Promise<readonly { readonly accepted: number; readonly written: number }[]> {
  const written = new Map(notes.map(({ location, at }) => [location, at]));
  const times: { accepted: number; written: number }[] = [];
  await many(ids.length, async (i) => {
    const message = await log.message(ids[i] ?? '');
    const location = message?.steps.map((step) => step.location ?? '').join();
    const at = written.get(location ?? '');
    if (message === undefined || at === undefined) throw new Error('a message is not in the record');
    written.delete(location ?? '');
    times.push({ accepted: message.acceptedAt, written: at });
  });
  return times;
}

/** From the bridge's door into the record: as many as it can, then at a steady pace. */
export function wholePathBench(): Promise<readonly Figure[]> {
  return onGround(async (ground) => {
    keyFileIn(ground.folder);
    const stage = await setStage(ground);
    const { url, hetus, bridge, twin } = stage;
    const common = { url, hetus, connections: CONNECTIONS };

    await send(ground, { ...common, prefix: 'warm-', until: { count: WARM_UP } });
    await stage.delivered(WARM_UP);
    const before = { bridge: bridge.cpu(), twin: twin.cpu() };
    const burst = await send(ground, { ...common, prefix: 'burst-', until: { count: BURST } });
    await stage.delivered(WARM_UP + BURST);
    const used = { bridge: bridge.cpu() - before.bridge, twin: twin.cpu() - before.twin };
    const { rate, seconds } = PACE;
    const paced = await send(ground, { ...common, prefix: 'paced-', until: { seconds }, rate });
    await stage.delivered(WARM_UP + BURST + paced.accepted.length);
    const { notes } = await stage.end();

    const idsOf = ({ accepted }: typeof burst) => accepted.map(({ id }) => id);
    const log = await openLog(ground.folder);
    const inBurst = await timesOf(log, idsOf(burst), notes);
    const last = inBurst.reduce((latest, { written }) => Math.max(latest, written), 0);
    const took = (last - burst.begun) / 1000;
    const delays = (await timesOf(log, idsOf(paced), notes)).map(
      ({ accepted, written }) => written - accepted,
    );
    await log.close();
    const cores = availableParallelism();
    const perMessage = (total: number) => ((total * 1000) / BURST).toFixed(2);
    return [
      {
        name: 'whole path, accepted → in the record',
        value: BURST / took,
        unit: 'messages/s',
        reference: `${BURST} messages in ${took.toFixed(1)} s; all accepted after ${burst.seconds.toFixed(1)} s`,
      },
      {
        name: "the twin's own cost in it",
        value: (used.twin * 1000) / BURST,
        unit: 'ms of CPU',
        reference: `a message; the bridge's is ${perMessage(used.bridge)} ms`,
      },
      {
        name: "whole path without the twin's own cost",
        value: BURST / (took - used.twin / cores),
        unit: 'messages/s',
        wanted: { atLeast: 1000 },
        reference: `${took.toFixed(1)} s less ${used.twin.toFixed(1)} s of CPU on ${cores} cores`,
      },
      {
        name: `p99 of the whole path at ${rate}/s`,
        value: quantile(delays, 0.99),
        unit: 'ms',
        wanted: { atMost: 500 },
        reference: `p50 ${quantile(delays, 0.5)} ms, ${delays.length} messages`,
      },
    ];
  });
}
