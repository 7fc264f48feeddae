import { describe, expect, test } from 'vitest';
import type { Twin } from '../../src/sandbox/twin.ts';
import { type Answer, call, epicCodes, matches, newPatient, note, startTwin } from './helper.ts';

const found = (answer: Answer) => matches(answer).length;

describe('searching patients', () => {
  test('by personal identity code, with and without its system', async () => {
    const twin = await startTwin();
    const { hetu, patient } = await newPatient(twin);
    for (const query of [`urn:oid:1.2.246.21|${hetu}`, hetu, `other,urn:oid:1.2.246.21|${hetu}`]) {
      const answer = await call(twin, `/Patient?identifier=${encodeURIComponent(query)}`);
      expect(matches(answer).map((each) => each.id)).toEqual([patient]);
    }
    expect(found(await call(twin, `/Patient?identifier=urn:oid:1.2.3|${hetu}`))).toBe(0);
  });

  test('by name and date of birth, whatever the case', async () => {
    const twin = await startTwin();
    const { patient } = await newPatient(twin, {
      family: 'Äyräs',
      given: 'Örjan',
      birthDate: '1952-10-13',
    });
    for (const query of [
      'family=äyr&given=örj',
      'family=ÄYRÄS&birthdate=1952-10-13',
      'family=Äyräs&birthdate=1952',
    ]) {
      const answer = await call(twin, `/Patient?${query}`);
      expect(matches(answer).map((each) => each.id)).toEqual([patient]);
    }
    expect(found(await call(twin, '/Patient?family=Äyräs&birthdate=1952-10-14'))).toBe(0);
  });

  test('_id overrides all other parameters', async () => {
    const twin = await startTwin();
    const { patient } = await newPatient(twin);
    expect(found(await call(twin, `/Patient?_id=${patient}&family=Somebody&given=Else`))).toBe(1);
  });

  test('finding nothing is 200 with a warning', async () => {
    const twin = await startTwin();
    const answer = await call(twin, '/Patient?identifier=urn:oid:1.2.246.21|010101-923F');
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ resourceType: 'Bundle', total: 0 });
    expect(answer.json?.entry?.map((entry) => entry.search.mode)).toEqual(['outcome']);
    expect(epicCodes(answer)).toEqual(['4101']);
  });

  test.each([
    ['an unknown parameter', 'identifier=1&shoesize=44', '4100'],
    ['a name every object has', 'identifier=1&constructor=1', '4100'],
    ['_lastUpdated', 'identifier=1&_lastUpdated=gt2026-01-01', '4100'],
    ['an empty value', 'identifier=', '4100'],
    ['no date', 'family=A&birthdate=yesterday', '4100'],
    ['an impossible date', 'family=A&birthdate=2026-02-30', '4100'],
    ['a page of no size', 'identifier=1&_count=0', '4100'],
    ['too little to go by', 'birthdate=1952-10-13', '4111'],
    ['nothing at all', '', '4111'],
  ])('%s is refused', async (_what, query, code) => {
    const twin = await startTwin();
    const answer = await call(twin, `/Patient?${query}`);
    expect(answer.status).toBe(400);
    expect(epicCodes(answer)).toEqual([code]);
  });

  test('POST _search keeps the identity code out of the address where it is offered', async () => {
    const twin = await startTwin({ postSearch: true });
    const { hetu } = await newPatient(twin);
    const answer = await fetch(`${twin.fhirUrl}/Patient/_search`, {
      method: 'POST',
      body: new URLSearchParams({ identifier: `urn:oid:1.2.246.21|${hetu}` }),
    });
    expect(await answer.json()).toMatchObject({ total: 1 });
  });
});

describe('searching encounters', () => {
  test('by patient, class, identifier and time', async () => {
    const twin = await startTwin({ now: () => new Date('2026-11-10T10:00:00Z') });
    const { patient, encounter } = await newPatient(twin, { situation: 'finished' });
    const identifier = encodeURIComponent(`urn:omaolo-apotti-bridge:twin:encounter|${encounter}`);
    // The encounter lasted from 11 to 12 Finnish time.
    const expected: Record<string, number> = {
      'date=2026-11-10': 1,
      'date=2026-11-09': 0,
      'date=ge2026-11-10': 1,
      'date=ge2026-11-11': 0,
      'date=le2026-11-10': 1,
      'date=le2026-11-09': 0,
      'date=ge2026-11-10&date=le2026-11-10': 1,
      'date=gt2026-11-10T12:00:00%2B02:00': 0,
      'date=lt2026-11-10T12:00:00%2B02:00': 1,
      'date=eq2026-11-10T11:30:00%2B02:00': 0,
      'date=le2026-11-10T10:59:59%2B02:00': 0,
      'date=le2026-11-10T11:00:00%2B02:00': 1,
      'date=ge2026-11-10T11:30:00%2B02:00': 1,
      'date=ge2026-11-10T12:30:00%2B02:00': 0,
      'class=VR': 1,
      'class=AMB,VR': 1,
      'class=AMB': 0,
      [`identifier=${identifier}`]: 1,
    };
    for (const [query, count] of Object.entries(expected)) {
      expect(found(await call(twin, `/Encounter?patient=${patient}&${query}`)), query).toBe(count);
    }
    for (const query of [`subject=Patient/${patient}`, `patient=${twin.fhirUrl}/Patient/${patient}`]) {
      expect(found(await call(twin, `/Encounter?${query}`)), query).toBe(1);
    }
    expect(found(await call(twin, '/Encounter?patient=nobody'))).toBe(0);
  });

  test('an encounter that was opened earlier and still runs counts on later days', async () => {
    const twin = await startTwin({ now: () => new Date('2026-11-10T10:00:00Z') });
    const { patient } = await newPatient(twin);
    expect(found(await call(twin, `/Encounter?patient=${patient}&date=ge2026-11-12`))).toBe(1);
    expect(found(await call(twin, `/Encounter?patient=${patient}&date=le2026-11-09`))).toBe(0);
  });

  test('there is no searching by status: clients must look themselves', async () => {
    const twin = await startTwin();
    const answer = await call(twin, '/Encounter?patient=1&status=in-progress');
    expect(epicCodes(answer)).toEqual(['4100']);
  });
});

async function withNotes(twin: Twin, count: number) {
  const { patient, encounter } = await newPatient(twin);
  for (let each = 0; each < count; each += 1) {
    await call(twin, '/DocumentReference', { body: note(patient, encounter, `note ${each}`) });
  }
  return { patient, encounter };
}

describe('searching notes', () => {
  test('by encounter, type, status, category and time', async () => {
    const twin = await startTwin({ now: () => new Date('2026-11-10T10:00:00Z') });
    const { patient, encounter } = await withNotes(twin, 1);
    const expected: Record<string, number> = {
      [`encounter=${encounter}`]: 1,
      'encounter=other': 0,
      'type=http://loinc.org|11488-4': 1,
      'type=http://loinc.org|': 1,
      'type=11488-4': 1,
      'type=http://loinc.org|34133-9': 0,
      'docstatus=preliminary': 1,
      'docstatus=final': 0,
      'status=current': 1,
      'category=clinical-note': 1,
      'date=2026-11-10': 1,
      'date=ge2026-11-11': 0,
      'author=Practitioner/1': 0,
      'period=ge2026-01-01': 0,
    };
    for (const [query, count] of Object.entries(expected)) {
      const path = `/DocumentReference?patient=${patient}&${query.replaceAll('|', '%7C')}`;
      expect(found(await call(twin, path)), query).toBe(count);
    }
  });

  test('in pages: every note once, oldest first', async () => {
    const twin = await startTwin();
    const { patient } = await withNotes(twin, 7);
    const ids: (string | undefined)[] = [];
    let next: string | undefined = `/DocumentReference?patient=${patient}&_count=3`;
    let pages = 0;
    while (next !== undefined) {
      const answer: Answer = await call(twin, next);
      expect(answer.json?.total).toBe(7);
      ids.push(...matches(answer).map((each) => each.id));
      next = answer.json?.link?.find((link) => link.relation === 'next')?.url;
      pages += 1;
    }
    expect(pages).toBe(3);
    expect(ids).toEqual([...twin.store.all('DocumentReference')].map((entry) => entry.resource.id));
  });

  test('a paging session ends', async () => {
    let time = Date.now();
    const twin = await startTwin({ now: () => new Date(time) });
    const { patient } = await withNotes(twin, 2);
    const first = await call(twin, `/DocumentReference?patient=${patient}&_count=1`);
    const next = first.json?.link?.find((link) => link.relation === 'next')?.url ?? '';
    expect((await call(twin, next)).status).toBe(200);
    time += 301_000;
    const late = await call(twin, next);
    expect(late.status).toBe(400);
    expect(epicCodes(late)).toEqual(['4113']);
  });

  test('more than 100 results are too many without _count', async () => {
    const twin = await startTwin();
    const { patient } = await withNotes(twin, 101);
    const answer = await call(twin, `/DocumentReference?patient=${patient}`);
    expect(answer.status).toBe(400);
    expect(epicCodes(answer)).toEqual(['4127']);
    expect(found(await call(twin, `/DocumentReference?patient=${patient}&_count=200`))).toBe(101);
  });
});
