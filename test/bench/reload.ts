import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { BridgeInput } from './bridge-process.ts';
import { type Figure, median, quantile } from './figures.ts';
import type { Load, LoadResult } from './load-process.ts';
import { keyFileIn, openLog } from './messages.ts';
import { type Child, type Ground, onGround } from './processes.ts';
import { judgeLog } from './reload-check.ts';
import { type Versions, versionsIn } from './reload-versions.ts';
import type { TwinInput, TwinReady } from './twin-process.ts';
import { ledgerOf } from './whole-path.ts';

export interface ReloadOptions {
  readonly seconds: number;
  /** Messages a second. */
  readonly rate: number;
  /** A defect on purpose, which must be found: versions of which only a part is written. */
  readonly plant?: boolean;
}

const CONNECTIONS = 32;
/** Milliseconds between two versions. */
const EACH = 1_000;
/** So many milliseconds before the next version it is asked what became of this one. */
const LOOK = 30;
/** Longest time for the last messages to come into the record, in milliseconds. */
const PATIENCE = 120_000;
/** Memory is judged over the last part of the run, when all pools have grown; and only in runs of minutes. */
const SETTLED = 0.5;
const JUDGED_FROM = 240;

interface Sample {
  readonly at: number;
  readonly megabytes: number;
}

/** What was seen of the versions while they were written. */
interface Reloads {
  readonly live: number[];
  readonly broken: number[];
  /** Versions that were neither live nor told broken when the next was written. */
  readonly missed: number[];
  /** Resident memory of the bridge in MB, with the second it was read at. */
  readonly memory: Sample[];
  /** What JavaScript uses of it, garbage that was not collected yet included. */
  readonly heap: Sample[];
}

interface Shown {
  readonly since: string;
  readonly broken?: { readonly since: string };
}

async function mappingsOf(url: string): Promise<Shown> {
  return (await (await fetch(`${url}/v1/mappings`)).json()) as Shown;
}

async function heapOf(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^nodejs_heap_size_used_bytes (\S+)$/m.exec(text)?.[1]) / 1e6;
}

/** Writes a good and a broken version in turn until the load has ended. */
async function rewrite(
  versions: Versions,
  { url, bridge, plant }: { url: string; bridge: Child; plant: boolean },
  isOver: () => boolean,
): Promise<Reloads> {
  const seen: Reloads = { live: [], broken: [], missed: [], memory: [], heap: [] };
  const begun = Date.now();
  for (let n = 1; !isOver(); n += 1) {
    const isGood = n % 2 === 1;
    if (!isGood) versions.broken(n);
    else if (plant && n % 4 === 1) versions.half(n);
    else versions.good(n);
    const written = Date.now();
    await pause(EACH - LOOK);
    const { since, broken } = await mappingsOf(url);
    const became = Date.parse(isGood ? since : (broken?.since ?? ''));
    if (became >= written) seen[isGood ? 'live' : 'broken'].push(became - written);
    else seen.missed.push(n);
    const at = (Date.now() - begun) / 1000;
    seen.memory.push({ at, megabytes: bridge.memory() });
    seen.heap.push({ at, megabytes: await heapOf(url) });
    await pause(Math.max(0, written + EACH - Date.now()));
  }
  return seen;
}

/** MB an hour by which memory grows: the slope of the line through the samples. */
export function slopeOf(samples: readonly Sample[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [at, megabytes] = [mean(samples.map((one) => one.at)), mean(samples.map((one) => one.megabytes))];
  const over = samples.reduce((sum, one) => sum + (one.at - at) * (one.megabytes - megabytes), 0);
  const under = samples.reduce((sum, one) => sum + (one.at - at) ** 2, 0);
  return (over / under) * 3600;
}

/** The last part of a run: its first tenth against its last. */
function growthOf(samples: readonly Sample[], seconds: number, by: (values: readonly number[]) => number) {
  const late = samples.filter(({ at }) => at >= seconds * SETTLED);
  const tenth = Math.ceil(late.length / 10);
  const [first, last] = [late.slice(0, tenth), late.slice(-tenth)].map((part) =>
    by(part.map(({ megabytes }) => megabytes)),
  );
  return {
    growth: (last ?? Number.NaN) / (first ?? Number.NaN),
    last: last ?? Number.NaN,
    slope: slopeOf(late),
  };
}

async function stage(ground: Ground, mappingsDir: string) {
  keyFileIn(ground.folder);
  const twinInput: TwinInput = { file: join(ground.folder, 'twin.sqlite') };
  const twin = await ground.start('twin-process.ts', twinInput);
  const { fhirUrl, tokenUrl, hetus }: TwinReady = JSON.parse(twin.ready);
  const input: BridgeInput = { folder: ground.folder, fhirUrl, tokenUrl, mappingsDir };
  const bridge = await ground.start('bridge-process.ts', input);
  const { url }: { url: string } = JSON.parse(bridge.ready);
  return { twin, bridge, url, hetus };
}

/** Waits until nothing is under way any more; gives the books. */
async function settled(url: string, accepted: number): Promise<Readonly<Record<string, number>>> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const { states } = await ledgerOf(url);
    if ((states['delivered'] ?? 0) + (states['held'] ?? 0) >= accepted || Date.now() > end) return states;
    await pause(200);
  }
}

/**
 * A bridge and the twin under a steady load, while the mappings are rewritten every second, good and broken in turn.
 * At the end every message's bundle is read from the log and judged by its marks.
 */
export function reloadBench({ seconds, rate, plant = false }: ReloadOptions): Promise<readonly Figure[]> {
  return onGround(async (ground) => {
    const mappingsDir = join(ground.folder, 'mappings');
    mkdirSync(mappingsDir);
    cpSync(join(import.meta.dirname, '../../mappings'), mappingsDir, { recursive: true });
    const versions = versionsIn(mappingsDir);
    versions.good(0);
    const { twin, bridge, url, hetus } = await stage(ground, mappingsDir);
    const load: Load = { url, hetus, connections: CONNECTIONS, rate, prefix: 'reload-', until: { seconds } };
    let over = false;
    // Its first line is its last: what came of the load.
    const sending = ground.start('load-process.ts', load).then(({ ready }): LoadResult => {
      over = true;
      return JSON.parse(ready);
    });
    const seen = await rewrite(versions, { url, bridge, plant }, () => over);
    const sent = await sending;
    const states = await settled(url, sent.accepted.length);
    await bridge.end();
    await twin.end();
    const log = await openLog(ground.folder);
    const judged = await judgeLog(log);
    await log.close();
    const memory = growthOf(seen.memory, seconds, median);
    // Its lowest values are what is left after a collection.
    const heap = growthOf(seen.heap, seconds, (values) => Math.min(...values));
    const flat = seconds < JUDGED_FROM ? {} : { wanted: { atMost: 1.1 } };
    const none = { atMost: 0 };
    return [
      {
        name: 'messages sent while mappings were rewritten',
        value: sent.accepted.length,
        unit: 'messages',
        wanted: { atLeast: Math.floor(seconds * rate * 0.99) },
        reference: `${rate}/s for ${seconds} s; p99 of accepting ${quantile(sent.latencies, 0.99).toFixed(0)} ms`,
      },
      { name: 'answers that were not 202', value: sent.others.length, unit: 'messages', wanted: none },
      {
        name: 'messages not in the record at the end',
        value: sent.accepted.length - (states['delivered'] ?? 0),
        unit: 'messages',
        wanted: none,
        reference: JSON.stringify(
          Object.fromEntries(Object.entries(states).filter(([, count]) => count > 0)),
        ),
      },
      {
        name: 'messages made of two versions, or stamped with another',
        value: judged.wrong.length + (sent.accepted.length - judged.messages),
        unit: 'messages',
        wanted: none,
        reference: `${judged.messages} bundles judged, made by ${judged.versions.size} versions`,
      },
      {
        name: 'versions neither live nor told broken within a second',
        value: seen.missed.length,
        unit: 'versions',
        wanted: none,
        reference: `of ${seen.live.length + seen.broken.length + seen.missed.length}`,
      },
      {
        name: 'from the last write to live, p99',
        value: quantile(seen.live, 0.99),
        unit: 'ms',
        wanted: { atMost: 1000 },
        reference: `median ${median(seen.live)} ms, ${seen.live.length} versions; broken told in ${median(seen.broken)} ms`,
      },
      {
        name: 'memory of the bridge at the end, by that at half time',
        value: memory.growth,
        unit: '×',
        ...flat,
        reference: `${memory.last.toFixed(0)} MB; slope ${memory.slope.toFixed(0)} MB an hour`,
      },
      {
        name: 'of it what JavaScript needs after a collection',
        value: heap.growth,
        unit: '×',
        ...flat,
        reference: `${heap.last.toFixed(0)} MB`,
      },
    ];
  });
}
