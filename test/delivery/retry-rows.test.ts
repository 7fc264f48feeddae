import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type Obstacle,
  obstacles,
  retryPolicy,
  retryTable,
  retryTimes,
} from '../../src/delivery/retry-policy.ts';
import { errorEntry } from '../../src/errors.ts';
import type { Choice } from '../../src/log/message.ts';
import { createRecordSystem } from '../../src/record/record.ts';
import { createTransport } from '../../src/record/transport.ts';
import { openEncounter } from '../../src/sandbox/admission.ts';
import { SITUATIONS } from '../../src/sandbox/patients.ts';
import { assessment, by, openHouse, quickRoute, quickSettings } from './house.ts';

type House = Awaited<ReturnType<typeof openHouse>>;

/** A house in which a message has met an obstacle on a real way to the twin. */
interface Met {
  readonly house: House;
  readonly id: string;
}

/** A fault of the twin that strikes the calls of a resource. */
function struck(rule: { fault: string; resource: string; method?: string; nth?: number }) {
  return async (): Promise<Met> => {
    const house = await openHouse();
    house.twin.faults.add({ ...rule, seconds: 0 });
    const id = await house.accept(assessment(house.person('encounter')));
    house.deliver();
    return { house, id };
  };
}

/** A person of the twin in a situation, by a route. */
function situated(situation: string | undefined, route = quickRoute()) {
  return async (): Promise<Met> => {
    const house = await openHouse();
    const id = await house.accept(assessment(situation === undefined ? undefined : house.person(situation)));
    house.deliver({ route });
    return { house, id };
  };
}

/** A message that is held, and for which a person then chose this. */
function chosen(situation: string, choice: Choice) {
  return async (): Promise<Met> => {
    const { encounter } = quickRoute();
    const impatient = quickRoute({ encounter: { ...encounter, wait: { other: 'PT0S' } } });
    const { house, id } = await situated(situation, impatient)();
    await house.until(id, 'held');
    await house.log.resolve(id, { act: 'choose', choice }, by, Date.now());
    await house.until(id, ({ history }) => history.at(-1)?.note?.includes('chosen') === true);
    return { house, id };
  };
}

/** How each row of the table comes about. A row without one does not compile. */
const rows: Readonly<Record<Obstacle, () => Promise<Met>>> = {
  async 'not-sent'() {
    const house = await openHouse();
    const transport = createTransport({ connections: 1, timeout: 400 });
    onTestFinished(() => transport.close());
    const record = createRecordSystem({ baseUrl: 'http://127.0.0.1:1', transport, now: Date.now });
    const id = await house.accept(assessment(house.person('encounter')));
    house.deliver({ record });
    return { house, id };
  },
  busy: struck({ fault: '429', resource: 'Patient', nth: 1 }),
  'read-failed': struck({ fault: '500', resource: 'Patient', nth: 1 }),
  'read-unreadable': struck({ fault: 'html-200', resource: 'Patient', nth: 1 }),
  'write-unclear': struck({ fault: 'ghost-ack', resource: 'DocumentReference', method: 'POST', nth: 1 }),
  duplicate: struck({ fault: '409', resource: 'DocumentReference', method: 'POST', nth: 1 }),
  unauthorised: struck({ fault: '401', resource: 'Patient', nth: 1 }),
  forbidden: struck({ fault: '403', resource: 'Patient', nth: 1 }),
  async unsupported() {
    const house = await openHouse({ postSearch: false });
    const id = await house.accept(assessment(house.person('encounter')));
    house.deliver();
    return { house, id };
  },
  refused: struck({ fault: '422', resource: 'DocumentReference', method: 'POST', nth: 1 }),
  restricted: situated('restricted'),
  async merged() {
    const house = await openHouse();
    const hetu = house.person('merged');
    const [survivor] = [...house.twin.store.all('Patient')].filter(({ resource }) =>
      [...house.twin.store.patientsByIdentifier(hetu)].some((merged) =>
        JSON.stringify(merged.resource).includes(`Patient/${resource.id}`),
      ),
    );
    const tag = [{ system: SITUATIONS, code: 'deleted' }];
    if (survivor !== undefined) house.twin.store.put({ ...survivor.resource, ...{ meta: { tag } } });
    const id = await house.accept(assessment(hetu));
    house.deliver();
    return { house, id };
  },
  incomplete: struck({ fault: 'incomplete', resource: 'Patient', nth: 1 }),
  'patient-unknown': situated('unknown'),
  'patient-several': situated('ambiguous'),
  'patient-unidentified': situated(undefined),
  'encounter-missing': situated('waiting'),
  async 'encounter-several'() {
    const house = await openHouse();
    const hetu = house.person('encounter');
    const [patient] = house.twin.store.patientsByIdentifier(hetu);
    openEncounter(house.twin.store, patient?.resource.id ?? '', 'in-progress', new Date());
    const id = await house.accept(assessment(hetu));
    const { encounter } = quickRoute();
    house.deliver({ route: quickRoute({ encounter: { ...encounter, choose: 'only' } }) });
    return { house, id };
  },
  'chosen-patient-unfit': chosen('ambiguous', { patient: 'nobody' }),
  'chosen-encounter-unfit': chosen('waiting', { encounter: 'none' }),
  async 'stood-still'() {
    const house = await openHouse();
    const id = await house.accept(assessment(house.person('encounter')));
    let ahead = 0;
    house.deliver({
      clock: {
        now: () => Date.now() + ahead,
        after(delay, run) {
          const timer = setTimeout(run, delay);
          return () => clearTimeout(timer);
        },
      },
      crashPoint: (point) => {
        if (point === 'after-intent' && ahead === 0) ahead = quickSettings.callTimeout + 1;
        return undefined;
      },
    });
    return { house, id };
  },
  async internal() {
    const house = await openHouse();
    const id = await house.accept(assessment(house.person('encounter')));
    const map = () => {
      throw new RangeError('a defect');
    };
    house.deliver({ mappings: () => ({ map }) });
    return { house, id };
  },
};

describe('each row of the retry table, met on a real way to the record system', () => {
  it.each(obstacles)('%s', async (obstacle) => {
    const { behaviour, cause } = retryPolicy[obstacle];
    const { house, id } = await rows[obstacle]();
    if (behaviour === 'look-up') {
      await house.until(id, ({ history }) => history.some((line) => line.state === 'unknown'));
      // The answer was lost of what is there, or the record system said that it has what it does not have.
      const ending = obstacle === 'duplicate' ? { state: 'held', cause } : { state: 'delivered' };
      expect(await house.until(id, ending.state)).toMatchObject(ending);
      return;
    }
    // The route of these tests waits for no patient.
    const state = behaviour === 'hold' || obstacle === 'patient-unknown' ? 'held' : 'waiting';
    const { history } = await house.until(id, ({ history: lines }) =>
      lines.some((line) => line.state === state && line.cause === cause),
    );
    const meeting = history.find((line) => line.state === state && line.cause === cause);
    expect(meeting?.note).toBeDefined();
  });
});

it('is served as plain data, every row with whose fault it is and how long it goes on', () => {
  const table = retryTable(retryTimes);
  expect(table.map(({ obstacle }) => obstacle)).toEqual(obstacles);
  for (const row of table) {
    expect(JSON.parse(JSON.stringify(row))).toEqual(row);
    expect(row.fault).toBe(errorEntry(row.cause).fault);
    const repeated = ['retry', 'when-told', 'stop'].includes(row.behaviour);
    expect(row.limit).toBe(repeated ? retryTimes.limit : undefined);
    expect(row.pause !== undefined).toBe(repeated);
  }
});
