import { randomUUID } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Bundle } from '@medplum/fhirtypes';
import { expect, it } from 'vitest';
import type { Route } from '../../src/delivery/route.ts';
import { admit } from '../../src/sandbox/admission.ts';
import type { TwinOptions } from '../../src/sandbox/twin.ts';
import { assessment, openHouse, quickRoute } from './house.ts';
import { richRoute } from './rich.ts';

const HETU = 'urn:oid:1.2.246.21';

const samples = globSync('mappings/*/samples/*.bundle.json')
  .sort()
  .map((file) => {
    const bundle: Bundle = JSON.parse(readFileSync(file, 'utf8'));
    return { name: basename(file, '.bundle.json'), bundle };
  })
  .filter(({ bundle }) => hetuOf(bundle) !== undefined);

function hetuOf({ entry = [] }: Bundle): string | undefined {
  const patient = entry.flatMap(({ resource }) =>
    resource?.resourceType === 'Patient' ? [resource] : [],
  )[0];
  return patient?.identifier?.find(({ system }) => system === HETU)?.value;
}

/** All samples on their way through a route, into a twin that knows their clients. */
async function deliverSamples(route: Route, twin: TwinOptions = {}) {
  const house = await openHouse(twin);
  const [person] = house.twin.people;
  if (person === undefined) throw new Error('the twin has people');
  for (const { bundle } of samples) {
    const hetu = hetuOf(bundle) ?? '';
    const [known] = house.twin.store.patientsByIdentifier(hetu);
    if (known === undefined) admit(house.twin.store, { ...person, situation: 'encounter', hetu }, new Date());
  }
  const bundles = new Map(samples.map(({ name, bundle }) => [name, bundle]));
  const ids = await Promise.all(
    samples.map(({ name }) =>
      house.accept({ ...assessment(undefined), id: name }, { assessment: randomUUID() }),
    ),
  );
  house.deliver({
    mappings: () => ({
      map: ({ id }) => {
        const bundle = bundles.get(id);
        if (bundle === undefined) throw new Error(`there is no sample ${id}`);
        return { mapping: 'sample', digest: 'd', bundle };
      },
    }),
    route,
  });
  const messages = await Promise.all(ids.map((id) => house.until(id, 'delivered')));
  return { ...house, messages };
}

const resources = samples.flatMap(({ bundle }) =>
  (bundle.entry ?? []).flatMap(({ resource }) => resource ?? []),
);
const texts = resources
  .flatMap((each) => (each.resourceType === 'DocumentReference' ? [each] : []))
  .map(({ content }) => Buffer.from(content[0]?.attachment.data ?? '', 'base64').toString('utf8'));

it('every shipped sample comes through the shipped route, its vital signs beside its note', async () => {
  expect(samples.length).toBeGreaterThan(20);
  const house = await deliverSamples(quickRoute());
  expect(
    house
      .notes()
      .map(({ text }) => text)
      .sort(),
  ).toEqual(texts.toSorted());
  const vital = resources.filter(
    (each) =>
      each.resourceType === 'Observation' &&
      each.category?.some(({ coding }) => coding?.some(({ code }) => code === 'vital-signs')),
  );
  expect(vital.length).toBeGreaterThan(10);
  expect([...house.twin.store.all('Observation')]).toHaveLength(vital.length);
});

it('every shipped sample comes whole into a record system that takes short notes only', async () => {
  const most = 1100;
  const { messages, notes } = await deliverSamples(richRoute({ questionMaps: [] }, most), {
    longestNote: most,
  });
  const textOf = new Map(notes().map(({ id, text }) => [`DocumentReference/${id}`, text]));
  const wholes = messages.map(({ steps }) => {
    const parts = steps.flatMap(({ location }) => textOf.get(location ?? '') ?? []);
    const [first = ''] = parts[0]?.split('\n') ?? [];
    if (parts.length === 1) return parts[0];
    return [first, ...parts.map((part) => part.split('\n').slice(2).join('\n'))].join('\n');
  });
  expect(notes().length).toBeGreaterThan(samples.length + 10);
  expect(wholes).toEqual(texts);
});
