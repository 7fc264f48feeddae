import { describe, expect, it } from 'vitest';
import { cells, judgeCell } from './matrix.ts';
import { readOptions } from './options.ts';
import { type Statement, statementText } from './statement.ts';
import { type Happened, troubles } from './trouble.ts';
import { caseOf, markOf, peopleOf, type Somebody } from './workload.ts';

const everybody: readonly Somebody[] = (
  ['encounter', 'waiting', 'restricted', 'ambiguous', 'unknown'] as const
).map((situation) => ({ hetu: '010190-900P', situation, patient: situation }));

describe('what a run does', () => {
  const wish = {
    ...{ seed: 3, messages: 1000, kills: 40, bridges: 2, servers: true, redisAway: 1, freeze: 1 },
  };

  it('is the same for the same seed', () => {
    const people = peopleOf(everybody);
    expect(caseOf(3, 17, people)).toEqual(caseOf(3, 17, people));
    expect(troubles(wish)).toEqual(troubles(wish));
    expect(troubles({ ...wish, seed: 4 })).not.toEqual(troubles(wish));
  });

  it('kills as often as it is asked, in the order in which messages are sent, and never the same twice at once', () => {
    const planned = troubles(wish);
    const victims = planned.flatMap((each) => (each.is === 'kill' ? [each.victims] : []));
    expect(victims.flat()).toHaveLength(40);
    for (const struck of victims) {
      const names = struck.map(({ kind, nth }) => (kind === 'bridge' ? `bridge ${nth}` : kind));
      expect(new Set(names).size).toBe(names.length);
    }
    const after = planned.map((each) => each.after);
    expect(after).toEqual(after.toSorted((one, other) => one - other));
    expect(new Set(planned.map(({ is }) => is))).toContain('redis-away');
  });

  it('troubles nothing that is not there', () => {
    const planned = troubles({ ...wish, servers: false, bridges: 1 });
    expect(new Set(planned.map(({ is }) => is))).toEqual(new Set(['kill']));
  });

  it('sends editions, trials, withdrawn ones and such as a person must see, each known by its mark', () => {
    const people = peopleOf(everybody);
    const sent = Array.from({ length: 400 }, (_, nth) => caseOf(1, nth, people)).flatMap(
      ({ editions }) => editions,
    );
    const outcomes = new Set(sent.map(({ outcome }) => outcome.is));
    expect(outcomes).toEqual(new Set(['recorded', 'trial', 'held', 'withdrawn-or-recorded']));
    for (const { assessment, edition, mark, body, otherBody } of sent) {
      expect(markOf(body)).toEqual({ assessment, edition, mark });
      expect(otherBody).not.toBe(body);
    }
    expect(new Set(sent.map(({ mark }) => mark)).size).toBe(sent.length);
  });
});

describe('the judge of a cell', () => {
  const cell = (fault: string, call: string) => {
    const found = cells.find((each) => each.fault === fault && each.call === call);
    if (found === undefined) throw new Error(`there is no such cell: ${fault} ${call}`);
    return found;
  };
  const delivered = { state: 'delivered' };
  const refused = { state: 'held', cause: 'record-refused' };

  it.each([
    ['500', 'note', 1, delivered],
    ['422', 'note', 0, refused],
    ['422', 'note', 1, delivered],
    ['409', 'observation', 1, refused],
    ['incomplete', 'patient', 0, { state: 'held', cause: 'search-incomplete' }],
  ])('is content with %s at the %s: %i notes, %o', (fault, call, notes, stated) => {
    expect(judgeCell(cell(fault, call), { notes, stated })).toBeUndefined();
  });

  it.each([
    ['500', 'note', 2, delivered, 'one effect per business key'],
    ['500', 'note', 0, delivered, 'stated state equals real state'],
    ['422', 'note', 1, refused, 'stated state equals real state'],
    ['500', 'note', 0, refused, 'no loss'],
    ['422', 'look-up', 1, refused, 'no loss'],
    ['422', 'note', 0, { state: 'held', cause: 'internal' }, 'no loss'],
    ['500', 'patient', 0, { state: 'waiting', cause: 'record-failed' }, 'no loss'],
    ['500', 'patient', 0, undefined, 'no loss'],
  ])('sees what is wrong with %s at the %s: %i notes, %o', (fault, call, notes, stated, promise) => {
    const result = { notes, ...(stated === undefined ? {} : { stated }) };
    expect(judgeCell(cell(fault, call), result)).toMatchObject({ promise });
  });
});

describe('the command line', () => {
  it('has a short and a long form', () => {
    expect(readOptions([])).toMatchObject({ form: 'short', messages: 10_000, kills: 100, seed: 1 });
    expect(readOptions(['--long'])).toMatchObject({ form: 'long', messages: 200_000, kills: 300 });
    expect(readOptions(['--kills', '5', '--only', 'storm'])).toMatchObject({ kills: 5, parts: 'storm' });
  });

  it.each([[['--kills', 'many']], [['--only', 'rain']], [['--minutes', '0']], [['extra']], [['--unknown']]])(
    'refuses %j',
    (args) => expect(readOptions(args)).toBeUndefined(),
  );
});

describe('the statement', () => {
  const kill: Happened = {
    trouble: { is: 'kill', victims: [{ kind: 'postgres', nth: 0 }], after: 1 },
    ...{ from: 0, to: 10, during: { acknowledged: 0, recorded: 0 } },
  };
  const away: Happened = {
    trouble: { is: 'redis-away', ms: 10_000, after: 2 },
    ...{ from: 0, to: 10_000, during: { acknowledged: 321, recorded: 123 } },
  };
  const statement: Statement = {
    ...{ date: '2026-11-22T03:00:00.000Z', commit: 'abc', seed: 9, form: 'short', matrix: [], ok: true },
    machine: { cores: 2, processor: 'some', memory: '8 GB', system: 'Linux', node: 'v24' },
    storm: {
      counts: {
        ...{ attempted: 9, acknowledged: 8, repeats: 1, conflicts: 1, withdrawn: 1, notes: 6, samples: 70 },
      },
      ...{ troubles: [kill, away], struck: { '500': 3, slow: 0 }, states: { delivered: 6, trial: 2 } },
      ...{ took: 20_000, sending: 10_000, mostWaiting: 5, violations: [], offenders: [] },
    },
  };

  it('says what was done and how it went on meanwhile', () => {
    const text = statementText(statement);
    expect(text).toContain('Nothing was lost');
    expect(text).toContain('2: bridge 0, Redis 1, PostgreSQL 1');
    expect(text).toContain('| 00:00:00 | Redis was away (kill -9) | 10.0 s | 321 | 123 |');
    expect(text).toContain('seed 9, commit abc');
    expect(text).not.toContain('Broken promises');
  });

  it('names each promise that was broken', () => {
    const violation = { promise: 'no loss', what: 'is held', assessment: 'a', edition: 2 } as const;
    const { storm } = statement;
    if (storm === undefined) throw new Error('there is a storm');
    const text = statementText({ ...statement, ok: false, storm: { ...storm, violations: [violation] } });
    expect(text).toContain('1 promises were broken');
    expect(text).toContain('- no loss: a edition 2 is held');
  });
});
