import { setTimeout as pause } from 'node:timers/promises';
import { type CrashPoint, crashPoints } from '../../src/delivery/crash-points.ts';
import { faults } from '../../src/sandbox/faults.ts';
import { type RecordNote, type Stated, sumOf, type Violation } from './check.ts';
import { type Doors, notesAfter, observationsIn, openDoors, read, struckIn } from './doors.ts';
import type { Bridge, Stage } from './stage.ts';
import { bodyOf, markOf } from './workload.ts';

/**
 * The matrix: every crash point × every fault of the record system × the call that it strikes. Each cell is one message
 * about a patient of its own. All cells are run at once: each message waits at its crash point until all that can have
 * come to theirs; then the process is killed, or frozen, and another one takes up the work.
 */

/** The calls of a delivery: a note and a measurement are written, and what was lost is looked up. */
const calls = ['patient', 'encounter', 'note', 'observation', 'look-up', 'look-up of text'] as const;
type Call = (typeof calls)[number];

/** `late`: the work is done when nobody waits for the answer any more. */
const kinds = [...faults.map(({ name }) => name), 'late'] as const;
type Kind = (typeof kinds)[number];

export interface Cell {
  readonly assessment: string;
  readonly point: CrashPoint;
  readonly fault: Kind;
  readonly call: Call;
}

export const cells: readonly Cell[] = crashPoints.flatMap((point) =>
  kinds.flatMap((fault) =>
    calls.map((call) => ({
      assessment: `m.${point}.${fault}.${call.replaceAll(' ', '_')}`,
      point,
      fault,
      call,
    })),
  ),
);

export interface CellResult {
  readonly notes: number;
  readonly stated?: Pick<Stated, 'state' | 'cause'>;
}

const REFUSALS: ReadonlySet<Kind> = new Set(['409', '422']);

/** The cause by which a person may be asked in a cell; none where the message must come into the record by itself. */
function mayBeHeldBy({ fault, call }: Cell): string | undefined {
  if (call === 'look-up' || call === 'look-up of text') return undefined;
  if (REFUSALS.has(fault)) return 'record-refused';
  const searched = call === 'patient' || call === 'encounter';
  return fault === 'incomplete' && searched ? 'search-incomplete' : undefined;
}

/** What is wrong with a cell: its message must be in the record once, or held by its right cause with nothing doubled. */
export function judgeCell(cell: Cell, { notes, stated }: CellResult): Violation | undefined {
  const { assessment, call } = cell;
  const about = { assessment, edition: 1 };
  if (notes > 1) return { promise: 'one effect per business key', what: `has ${notes} notes`, ...about };
  if (stated === undefined) return { promise: 'no loss', what: 'is not known to the bridge', ...about };
  const { state, cause } = stated;
  const isHeld = state === 'held' && cause !== undefined && cause === mayBeHeldBy(cell);
  if (state !== 'delivered' && !isHeld) {
    return { promise: 'no loss', what: `is ${state}${cause === undefined ? '' : ` (${cause})`}`, ...about };
  }
  const wanted = state === 'delivered' || call === 'observation' ? 1 : 0;
  if (notes === wanted) return undefined;
  return {
    promise: 'stated state equals real state',
    what: `is ${state}, and has ${notes} notes in the record`,
    ...about,
  };
}

/** The rules of a cell. A look-up comes after a write whose answer was lost, so one is lost first. */
function rulesOf({ point, fault, call, assessment }: Cell): readonly object[] {
  const common = { correlation: assessment, times: 1, seconds: 0, ms: fault === 'drip' ? 500 : 2_500 };
  const strike = fault === 'late' ? { ...common, fault: 'slow', done: false } : { ...common, fault };
  const lost = { ...common, fault: 'ghost-ack', method: 'POST', resource: 'DocumentReference', nth: 1 };
  switch (call) {
    case 'patient':
      return [{ ...strike, resource: 'Patient' }];
    case 'encounter':
      return [{ ...strike, resource: 'Encounter' }];
    case 'note':
      // Whoever takes up a message that died with the intent to write looks first.
      return [
        { ...strike, method: 'POST', resource: 'DocumentReference', nth: point === 'after-intent' ? 2 : 1 },
      ];
    case 'observation':
      return [{ ...strike, method: 'POST', resource: 'Observation' }];
    case 'look-up':
      return [{ ...strike, path: 'DocumentReference/_search' }, lost];
    case 'look-up of text':
      return [{ ...strike, resource: 'Binary' }, lost];
  }
}

/**
 * Access tokens are shared, so these strike whoever asks for one next, each fault once: the process that takes up the
 * messages of all crash points.
 */
function tokenRules(): readonly object[] {
  return faults.map(({ name }) => ({ fault: name, resource: 'token', times: 1, seconds: 0, ms: 300 }));
}

export interface MatrixResult {
  readonly cells: number;
  /** Messages that were at their crash point when the process was killed or frozen. */
  readonly held: number;
  readonly states: Readonly<Record<string, number>>;
  readonly struck: Readonly<Record<string, number>>;
  /** Milliseconds. */
  readonly took: number;
  readonly violations: readonly Violation[];
}

/** Milliseconds without a change after which nothing more will come. */
const QUIET = { before: 8_000, after: 20_000, thawed: 6_000 };

const UNFINISHED = /received|mapped|delivering|waiting|unknown/;

async function whenQuiet(
  value: () => Promise<string>,
  quiet: number,
  done: () => boolean | Promise<boolean>,
): Promise<void> {
  let before = await value();
  for (let since = Date.now(); Date.now() - since < quiet && !(await done()); ) {
    await pause(200);
    const now = await value();
    if (now !== before) since = Date.now();
    before = now;
  }
}

async function statesOf(doors: Doors, bridge: Bridge): Promise<Readonly<Record<string, number>>> {
  const { states } = await read<{ states: Record<string, number> }>(
    doors,
    `${bridge.url}/v1/operations/ledger`,
  );
  return Object.fromEntries(Object.entries(states).filter(([, count]) => count > 0));
}

async function statedBy(doors: Doors, bridge: Bridge): Promise<ReadonlyMap<string, Stated>> {
  const stated = new Map<string, Stated>();
  for (let after = ''; ; ) {
    const { messages, next } = await read<{ messages: readonly Stated[]; next?: string }>(
      doors,
      `${bridge.url}/v1/operations/messages?limit=200${after}`,
    );
    for (const message of messages) stated.set(message.assessment, message);
    if (next === undefined) return stated;
    after = `&after=${next}`;
  }
}

/** Runs all cells on a stage whose bridges have not begun. */
export async function matrix(
  stage: Stage,
  how: 'killed' | 'frozen',
  say: (line: string) => void,
): Promise<MatrixResult> {
  const { twinUrl, people } = stage;
  const [first, other = first] = stage.bridges;
  const begun = Date.now();
  const doors = openDoors();
  const ordinary = people.filter(({ situation }) => situation === 'encounter');
  if (ordinary.length < cells.length) throw new RangeError(`the twin needs ${cells.length} people`);
  const addRules = (rules: readonly object[]) =>
    doors.call('POST', `${twinUrl}/twin/faults`, { body: rules, timeout: 30_000 });
  try {
    await addRules(cells.flatMap(rulesOf));
    await first.start({ holds: true, concurrency: cells.length + 100 });
    say(`sending ${cells.length} cells`);
    await Promise.all(
      cells.map(async ({ assessment }, i) => {
        const { hetu = '' } = ordinary[i] ?? {};
        const mark = 'abcdefabcdef';
        const wish = { assessment, edition: 1, mark, hetu, kind: 'cough', urgency: 'P3', measured: i };
        const { status } = await doors.call('POST', `${first.url}/v1/assessments`, {
          ...{ body: bodyOf(wish), correlation: assessment, timeout: 60_000 },
        });
        if (status !== 202) throw new Error(`${assessment} was answered ${status}`);
      }),
    );
    // Whatever is tried reaches the twin.
    const activity = async () =>
      `${first.held()} ${JSON.stringify(await read(doors, `${twinUrl}/twin/state`))}`;
    await whenQuiet(activity, QUIET.before, () => first.held() === cells.length);
    const held = first.held();
    say(`${held} messages at their crash points`);
    await addRules(tokenRules());
    if (how === 'killed') await first.kill();
    else first.freeze();
    await other.start();
    const finished = async () => !UNFINISHED.test(JSON.stringify(await statesOf(doors, other)));
    await whenQuiet(activity, QUIET.after, finished);
    if (how === 'frozen') {
      first.thaw();
      await whenQuiet(activity, QUIET.thawed, () => false);
    }

    const stated = await statedBy(doors, other);
    const notes = await allNotes(doors, twinUrl);
    const states = await statesOf(doors, other);
    const result = (cell: Cell): CellResult => {
      const message = stated.get(cell.assessment);
      return {
        notes: notes.get(cell.assessment) ?? 0,
        ...(message === undefined ? {} : { stated: message }),
      };
    };
    const wrong = cells.flatMap((cell) => judgeCell(cell, result(cell)) ?? []);
    const delivered = cells.filter(({ assessment }) => stated.get(assessment)?.state === 'delivered').length;
    const observations = await observationsIn(doors, twinUrl);
    const struck = await struckIn(doors, twinUrl);
    return {
      ...{ cells: cells.length, held, states, struck, took: Date.now() - begun },
      violations: [
        ...wrong,
        ...(observations === delivered
          ? []
          : [
              {
                promise: 'one effect per business key' as const,
                what: `${delivered} measurements shall be in the record, and ${observations} are`,
              },
            ]),
        ...(sumOf(states) === cells.length
          ? []
          : [{ promise: 'the books balance' as const, what: `${sumOf(states)} messages stand in a state` }]),
      ],
    };
  } finally {
    await doors.close();
  }
}

/** How many notes each assessment has. */
async function allNotes(doors: Doors, twinUrl: string): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (let order = 0; ; ) {
    const notes: readonly RecordNote[] = await notesAfter(doors, twinUrl, order);
    for (const note of notes) {
      const assessment = markOf(note.text)?.assessment ?? 'unknown';
      counts.set(assessment, (counts.get(assessment) ?? 0) + 1);
      order = note.order;
    }
    if (notes.length === 0) return counts;
  }
}
