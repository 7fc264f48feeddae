import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CircuitStatus, createCircuit } from '../../src/delivery/circuit.ts';
import { duration } from '../../src/delivery/duration.ts';
import { endingAfter, endingInDoubt } from '../../src/delivery/endings.ts';
import { needsOf } from '../../src/delivery/needs.ts';
import { outgoing } from '../../src/delivery/outgoing.ts';
import { obstacles, pause, retryPolicy, retryTimes } from '../../src/delivery/retry-policy.ts';
import { loadRoute } from '../../src/delivery/route.ts';
import { BridgeError } from '../../src/errors.ts';
import { temporaryFolder } from '../temporary.ts';
import { claimOf, NOON as now } from './stubs.ts';

const route = loadRoute('mappings/routes/apotti.yaml');
const day = 86_400_000;
const reckoning = { route, times: retryTimes, now, chance: 0.5 };
const young = { acceptedAt: now };

describe('the retry policy', () => {
  it.each(obstacles)(
    'says why for %s, and every message that meets it waits or is held with a cause',
    (kind) => {
      const { behaviour, cause, why } = retryPolicy[kind];
      expect(why.length).toBeGreaterThan(20);
      const ending = endingAfter(claimOf(), { kind, note: 'n' }, reckoning);
      // The route waits for no patient.
      const asked = behaviour === 'hold' || kind === 'patient-unknown';
      if (asked) expect(ending).toMatchObject({ state: 'held', cause });
      else expect(ending).toMatchObject({ state: 'waiting', reason: cause });
      if (ending.state === 'waiting') expect(ending.due).toBeGreaterThan(now);
    },
  );

  it.each(obstacles.filter((kind) => !['hold', 'wait'].includes(retryPolicy[kind].behaviour)))(
    'goes on with %s for days and then asks a person',
    (kind) => {
      const reason = retryPolicy[kind].cause;
      const since = (days: number) =>
        claimOf({ reason, waitingSince: now - days * day, acceptedAt: now - days * day });
      expect(endingAfter(since(13), { kind, note: 'n' }, reckoning).state).toBe('waiting');
      expect(endingAfter(since(14), { kind, note: 'n' }, reckoning)).toMatchObject({
        state: 'held',
        cause: 'retries-exhausted',
        note: `${reason}: n`,
      });
    },
  );

  it('ends also when causes take turns', () => {
    const old = claimOf({ reason: 'record-failed', waitingSince: now - 1, acceptedAt: now - 61 * day });
    expect(endingAfter(old, { kind: 'not-sent', note: 'n' }, reckoning)).toMatchObject({
      cause: 'retries-exhausted',
    });
  });

  it('comes back when told, but never waits longer than it allows', () => {
    const due = (retryAfter: number) => {
      const ending = endingAfter(claimOf(), { kind: 'busy', note: 'n', retryAfter }, reckoning);
      return ending.state === 'waiting' ? ending.due - now : undefined;
    };
    expect(due(90_000)).toBe(90_000);
    expect(due(365 * day)).toBe(retryTimes.told);
  });

  it('pauses ever longer, within its bounds and not in step', () => {
    fc.assert(
      fc.property(fc.nat(30 * day), fc.double({ min: 0, max: 1, noNaN: true }), (waited, chance) => {
        const length = pause(waited, retryTimes, chance);
        return length >= retryTimes.first * 0.8 && length <= retryTimes.most * 1.2;
      }),
    );
    expect(pause(60_000, retryTimes, 0)).toBeLessThan(pause(60_000, retryTimes, 1));
    expect(pause(60_000, retryTimes, 0.5)).toBe(60_000);
  });

  it('lets some time pass where no message would fare better', () => {
    const ending = endingAfter(claimOf(), { kind: 'unauthorised', note: 'n' }, reckoning);
    expect(ending).toMatchObject({ state: 'waiting', due: now + retryTimes.stop });
  });

  it('does not count the time that a message waited for something else', () => {
    const since = now - 15 * day;
    const other = claimOf({ reason: 'encounter-missing', waitingSince: since, acceptedAt: since });
    expect(endingAfter(other, { kind: 'not-sent', note: 'n' }, reckoning)).toMatchObject({
      state: 'waiting',
      due: now + retryTimes.first,
    });
  });

  it('waits for an encounter no longer than the urgency allows', () => {
    const waited = (urgency: number, length: number) =>
      endingAfter(
        claimOf({ urgency, reason: 'encounter-missing', waitingSince: now - length }),
        { kind: 'encounter-missing', note: 'n' },
        reckoning,
      );
    expect(waited(0, 14 * 60_000)).toMatchObject({ state: 'waiting', due: now + 60_000 });
    expect(waited(0, 15 * 60_000)).toMatchObject({ state: 'held', cause: 'encounter-missing' });
    expect(waited(9, 13 * day)).toMatchObject({ state: 'waiting' });
    expect(waited(9, 14 * day)).toMatchObject({ state: 'held' });
  });

  it('looks for an encounter at pauses that grow as the urgency says, and never sooner than the policy allows', () => {
    const pauseAfter = (urgency: number, length: number, given = route) => {
      const claim = claimOf({ urgency, reason: 'encounter-missing', waitingSince: now - length });
      const met = { kind: 'encounter-missing', note: 'n' } as const;
      const ending = endingAfter(claim, met, { ...reckoning, route: given });
      return ending.state === 'waiting' ? ending.due - now : undefined;
    };
    const minutes = (length: number) => length * 60_000;
    expect([0, 30_000, minutes(5)].map((length) => pauseAfter(0, length))).toEqual([10_000, 30_000, 60_000]);
    expect([0, minutes(5), day].map((length) => pauseAfter(5, length))).toEqual([
      minutes(2),
      minutes(5),
      minutes(30),
    ]);
    const { encounter } = route;
    if (encounter === undefined) throw new Error('the route has rules for encounters');
    const look = { other: { first: 'PT0S', most: 'PT1S' } };
    expect(pauseAfter(0, 0, { ...route, encounter: { ...encounter, look } })).toBe(retryTimes.first);
    expect(pauseAfter(0, 0, { ...route, encounter: { ...encounter, look: undefined } })).toBe(
      retryTimes.first,
    );
  });

  it('waits for a patient only where the route says so', () => {
    const met = { kind: 'patient-unknown', note: 'n' } as const;
    expect(endingAfter(claimOf(), met, reckoning)).toMatchObject({ state: 'held', cause: 'patient-unknown' });
    const patient = { ...route.patient, wait: { P0: 'PT5M', other: 'P1D' } };
    const waited = (urgency: number, length: number) =>
      endingAfter(claimOf({ urgency, reason: 'patient-unknown', waitingSince: now - length }), met, {
        ...reckoning,
        route: { ...route, patient },
      });
    expect(waited(0, 299_999)).toMatchObject({ state: 'waiting', reason: 'patient-unknown', due: now + 1 });
    expect(waited(0, 300_000)).toMatchObject({ state: 'held', cause: 'patient-unknown' });
    expect(waited(5, 300_000)).toMatchObject({ state: 'waiting' });
  });

  it('looks a doubtful write up again for days, then asks a person', () => {
    const asked = (length: number) =>
      endingInDoubt({ name: 'note', intendedAt: now - length, attempt: 1 }, { note: 'n' }, young, reckoning);
    expect(asked(0)).toEqual({ state: 'unknown', due: now + 15_000, note: 'n' });
    expect(asked(3 * day)).toMatchObject({ state: 'held', cause: 'record-outcome-unknown' });
    const early = { note: 'n', notBefore: now + 40_000 };
    const again = (attempt: number) =>
      endingInDoubt({ name: 'note', intendedAt: now, attempt }, { note: 'n' }, young, reckoning);
    expect([3, 5, 50].map((attempt) => 'due' in again(attempt) && again(attempt))).toMatchObject([
      { due: now + 20_000 },
      { due: now + 80_000 },
      { due: now + 600_000 },
    ]);
    const old = { acceptedAt: now - 60 * day };
    expect(
      endingInDoubt({ name: 'note', intendedAt: now, attempt: 1 }, { note: 'n' }, old, reckoning),
    ).toMatchObject({
      state: 'held',
      cause: 'record-outcome-unknown',
    });
    expect(
      endingInDoubt({ name: 'note', intendedAt: now, attempt: 1 }, early, young, reckoning),
    ).toMatchObject({
      due: now + 40_000,
    });
  });
});

describe('the circuit', () => {
  function circuit() {
    const time = { now: 0 };
    const seen: CircuitStatus['state'][] = [];
    const made = createCircuit({
      clock: { now: () => time.now, after: () => () => undefined },
      threshold: 3,
      first: 10,
      most: 35,
      changed: ({ state }) => seen.push(state),
    });
    const fail = (times: number) => {
      for (let i = 0; i < times; i += 1) made.failed('create', 'record-failed');
    };
    return { ...made, time, seen, fail };
  }

  it('opens after enough failures of one call in a row, though other calls work', () => {
    const { fail, permit, succeeded } = circuit();
    fail(2);
    succeeded('create');
    fail(2);
    succeeded('findPatient');
    expect(permit()).toBe('all');
    fail(1);
    expect(permit()).toBe('none');
  });

  it('lets one probe through, and all when it succeeded', () => {
    const { fail, permit, succeeded, release, time, seen } = circuit();
    fail(3);
    time.now = 10;
    expect([permit(), permit()]).toEqual(['one', 'none']);
    succeeded('create');
    release();
    expect(permit()).toBe('all');
    expect(seen).toEqual(['open', 'probing', 'closed']);
  });

  it('stays open twice as long after each failed probe, up to its limit', () => {
    const { fail, permit, release, status, time } = circuit();
    fail(3);
    const lengths = [0, 1, 2, 3].map(() => {
      time.now = status().until ?? 0;
      permit();
      fail(1);
      release();
      return (status().until ?? 0) - time.now;
    });
    expect(lengths).toEqual([20, 35, 35, 35]);
  });

  it('begins anew with its shortest pause once it was closed', () => {
    const { fail, permit, release, status, succeeded, time } = circuit();
    fail(3);
    time.now = 10;
    permit();
    fail(1);
    release();
    time.now = status().until ?? 0;
    permit();
    succeeded('create');
    release();
    fail(3);
    expect((status().until ?? 0) - time.now).toBe(10);
  });

  it('probes again when the probe never met the record system', () => {
    const { fail, permit, release, succeeded, time } = circuit();
    succeeded('findPatient');
    fail(3);
    time.now = 10;
    permit();
    release();
    expect(permit()).toBe('one');
  });

  it('stays stopped by a gap, whatever happens, until the gap is closed', () => {
    const { fail, gapClosed, gapFound, permit, status, stop, succeeded, time } = circuit();
    gapFound();
    fail(5);
    stop('record-forbidden', 5);
    succeeded('create');
    time.now = 1_000;
    expect(permit()).toBe('none');
    expect(status()).toEqual({ state: 'gap', cause: 'route-gap' });
    gapClosed();
    expect(permit()).toBe('all');
  });

  it('is not closed by the news that there is no gap when it was open for another reason', () => {
    const { fail, gapClosed, permit } = circuit();
    fail(3);
    gapClosed();
    expect(permit()).toBe('none');
  });
});

describe('a route file', () => {
  function load(text: string) {
    const folder = temporaryFolder();
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'r.yaml');
    writeFileSync(file, text);
    try {
      return loadRoute(file);
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      return error.details.map(({ text: what, at }) => `${at?.split('r.yaml:')[1]} ${what}`);
    }
  }

  it('asks of the record system what its writes and look-ups need', () => {
    const needs = needsOf(route).map((need) => `${'type' in need ? need.type : ''} ${need.interaction}`);
    expect(needs).toEqual(expect.arrayContaining(['Patient search-type', 'Encounter search-type']));
    expect(needs).toContain('DocumentReference create');
    expect(needs).not.toContain('Task create');
    expect(needs.some((need) => need.startsWith('Patient create'))).toBe(false);
  });

  it('is refused with the places of all its mistakes', () => {
    const mistakes = load(`name: x
patient: { identifiers: [a], search: guess }
encounter:
  window: { before: 2 days, after: P1D }
  statuses: [finished]
  open: [in-progress]
  classes: []
  choose: newest
  wait: { other: P1D, P9: P1D }
unknown: { settle: PT1S, limit: P1D }
resources:
  Task: { keep: none, sometimes: true }
  Note: { write: create }
`);
    // That a branch of the schema failed says nothing beside what failed in it.
    expect(JSON.stringify(mistakes)).not.toMatch(/must match \\"(then|else)/);
    expect(mistakes).toEqual(
      expect.arrayContaining([
        '2:38 patient.search must be equal to one of the allowed values: post-only, post-then-get',
        '4:21 encounter.window.before must match format "iso-duration"',
        '12:23 resources.Task must NOT have additional properties: sometimes',
        "13:9 resources.Note must have required property 'encounter'",
      ]),
    );
  });

  it('is refused where its members contradict each other', () => {
    const lookUp = 'look-up: { by: search, parameters: { patient: "{patient}" }, compare: reading }';
    const mistakes = load(`name: x
patient: { identifiers: [a], search: post-only }
unknown: { settle: PT1S, limit: P1D }
resources:
  Observation: { write: create, encounter: none, split: { characters: 100, label: "{part}" }, set: {}, ${lookUp} }
  Condition: { write: create, encounter: any, set: {}, ${lookUp} }
  Task: { write: conditional-create, unless: tag }
  RelatedPerson: { write: conditional-reference }
  Basic: { write: answers, questionnaires: q, assignment: { parameters: { a: b }, questionnaire: c }, look-up: { by: nothing } }
`);
    expect(mistakes).toEqual([
      '5:57 resources.Observation.split divides notes only, which are told apart by their text: look-up.compare must be attachment',
      '6:42 resources.Condition.encounter needs the rules under `encounter`',
      '7:46 resources.Task.unless needs `transaction.tag`',
      '8:27 resources.RelatedPerson.write is for Patient only',
      '9:19 resources.Basic.write is for QuestionnaireResponse only',
    ]);
  });

  it('is refused where a look-up cannot work', () => {
    const mistakes = load(`name: x
patient: { identifiers: [a], search: post-only, look: { other: { first: PT1S, most: PT1M } } }
unknown: { settle: PT1S, limit: P1D }
resources:
  Task: { write: create, encounter: none, set: {}, look-up: { by: guess } }
  Observation: { write: create, encounter: none, set: {}, look-up: { by: identifier, parameters: {} } }
  Condition: { write: create, encounter: none, set: {}, look-up: { by: search } }
`);
    expect(mistakes).toEqual(
      expect.arrayContaining([
        '2:10 patient must have property wait when property look is present',
        '5:67 resources.Task.look-up.by must be equal to one of the allowed values: search, identifier, if-none-exist, nothing',
        '6:86 resources.Observation.look-up must NOT have additional properties: parameters',
        "7:66 resources.Condition.look-up must have required property 'compare'",
      ]),
    );
    expect(
      load(`name: x
patient: { identifiers: [a], search: post-only }
unknown: { settle: PT1S, limit: P1D }
resources:
  Task: { write: create, encounter: none, drop: [identifier], set: {}, look-up: { by: if-none-exist } }
  RelatedPerson: { write: create, encounter: none, set: {}, look-up: { by: identifier } }
  DocumentReference: { write: create, encounter: none, set: {}, split: { characters: 100, label: "{part}" }, look-up: { by: identifier } }
`),
    ).toEqual([
      '5:81 resources.Task.look-up needs the identifier, which `drop` leaves out',
      '6:70 resources.RelatedPerson.look-up is not for people',
      expect.stringContaining('resources.DocumentReference.split divides notes only'),
    ]);
  });

  it('says which ways to write there are', () => {
    const mistakes = load(`name: x
patient: { identifiers: [a], search: post-only }
unknown: { settle: PT1S, limit: P1D }
resources:
  Task: { write: update }
`);
    expect(mistakes).toEqual([
      '5:18 resources.Task.write must be equal to one of the allowed values: create, answers, conditional-create, conditional-reference',
    ]);
  });

  it('is refused where it is no YAML', () => {
    expect(load('name: [x')).toEqual([expect.stringMatching(/^1:/)]);
  });
});

it('reads durations of days and clocks, and nothing else', () => {
  expect(['PT15M', 'P1D', 'P1DT2H', 'P2W', 'PT0S'].map(duration)).toEqual([
    900_000,
    day,
    93_600_000,
    14 * day,
    0,
  ]);
  expect(['', 'P', 'PT', '15M', 'P1M', 'P1Y', 'PT1.5H', '-P1D'].map(duration)).toEqual(
    Array(8).fill(undefined),
  );
});

describe('what is sent', () => {
  const how = {
    write: 'create',
    encounter: 'any',
    'look-up': { by: 'nothing' },
  } as const;
  const target = { patient: 'p', encounter: 'e' };
  const entries = [
    {
      fullUrl: 'urn:uuid:1',
      resource: { resourceType: 'Patient', identifier: [{ system: 's', value: '010190-999W' }] },
    },
    {
      fullUrl: 'urn:uuid:2',
      resource: { resourceType: 'Organization', identifier: [{ system: 'oid', value: '1' }] },
    },
  ];

  it('names the record system’s own patient and encounter, and nothing that only the bridge knows', () => {
    const resource = {
      resourceType: 'DocumentReference',
      meta: { profile: ['x'] },
      subject: { reference: 'urn:uuid:1' },
      author: [{ reference: 'urn:uuid:1' }, { reference: 'urn:uuid:2', display: 'Terveysasema' }],
      context: { related: [{ reference: 'urn:uuid:3' }], period: { start: '2026-03-01' } },
      relatesTo: [{ code: 'appends', target: { reference: 'DocumentReference/known' } }],
    };
    const set = {
      subject: { reference: 'Patient/{patient}' },
      context: { encounter: [{ reference: 'Encounter/{encounter}' }] },
    };
    expect(outgoing(resource, entries, { ...how, drop: ['meta'], set }, target)).toEqual({
      resourceType: 'DocumentReference',
      subject: { reference: 'Patient/p' },
      author: [{ type: 'Organization', identifier: { system: 'oid', value: '1' }, display: 'Terveysasema' }],
      context: { period: { start: '2026-03-01' }, encounter: [{ reference: 'Encounter/e' }] },
      relatesTo: [{ code: 'appends', target: { reference: 'DocumentReference/known' } }],
    });
  });

  it('names neither the patient nor a person at her side by an identity code', () => {
    const people = ['Patient', 'RelatedPerson'].map((resourceType, i) => ({
      fullUrl: `urn:uuid:${i}`,
      resource: { resourceType, identifier: [{ system: 's', value: '010190-999P' }] },
    }));
    const author = people.map(({ fullUrl }) => ({ reference: fullUrl, display: 'Omaolo' }));
    const sent = outgoing({ resourceType: 'Basic', author }, people, { ...how, set: {} }, target);
    expect(sent).toEqual({ resourceType: 'Basic', author: [{ display: 'Omaolo' }, { display: 'Omaolo' }] });
  });

  it('never holds a local reference, an empty object or an empty list', () => {
    const reference = fc.constantFrom('urn:uuid:1', 'urn:uuid:2', 'urn:uuid:9', 'Patient/x');
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.record({ reference }),
        fc.constantFrom<unknown>('text', 1, true),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('tree')),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('x', 'y'), tree), (members) => {
        const sent = JSON.stringify(
          outgoing({ ...members, resourceType: 'Basic' }, entries, { ...how, set: {} }, target),
        );
        expect(sent).not.toMatch(/urn:uuid:|\{\}|\[\]|010190/);
      }),
    );
  });
});
