import { readFileSync } from 'node:fs';
import type { Bundle, Patient, Resource } from '@medplum/fhirtypes';
import { onTestFinished } from 'vitest';
import type { Mapper } from '../../src/delivery/context.ts';
import { loadRoute, type Route } from '../../src/delivery/route.ts';
import { createRecordSystem } from '../../src/record/record.ts';
import { createTransport } from '../../src/record/transport.ts';
import { type Meddling, startFhirServer, startMiddleBox } from './fhir-server.ts';
import { assessment, openHouse } from './house.ts';

const folder = 'mappings/symptom-assessment/samples';

/** What the shipped mapping makes of a sample. */
export function sampleBundle(name: string): Bundle {
  return JSON.parse(readFileSync(`${folder}/${name}.bundle.json`, 'utf8'));
}

/** Read once: checking a route takes longer than a test does. */
const shipped = loadRoute('mappings/routes/fhir-r4.yaml');

export function route(change: Partial<Route> = {}): Route {
  return { ...shipped, unknown: { settle: 'PT0S', limit: 'P3D' }, ...change };
}

/** A bridge before the server, with a middle box between them. */
export async function openWay(options: { bundle?: Bundle; meddling?: Meddling[]; patient?: boolean } = {}) {
  const house = await openHouse();
  const server = await startFhirServer();
  const baseUrl = await startMiddleBox(server, options.meddling ?? []);
  const transport = createTransport({ connections: 4, timeout: 2_000 });
  onTestFinished(() => transport.close());
  const record = createRecordSystem({ baseUrl, transport, now: Date.now });
  const bundle = options.bundle ?? sampleBundle('uti-fi');
  const mapper: Mapper = { map: () => ({ mapping: 'sample', digest: 'd', bundle }) };
  const canonical = bundle.entry?.flatMap(({ resource }) =>
    resource?.resourceType === 'Patient' ? [resource] : [],
  );
  const [{ identifier = [] } = {}] = canonical ?? [];
  const known: Patient = { resourceType: 'Patient', identifier };
  const patient = options.patient === false ? undefined : await server.put(known);
  const id = await house.accept(assessment(undefined));
  const types = new Set(bundle.entry?.flatMap(({ resource }) => resource?.resourceType ?? []));
  const bareDeliver = (more: Parameters<typeof house.deliver>[0] = {}) =>
    house.deliver({ mappings: () => mapper, record, route: route(), ...more });
  return {
    ...house,
    server,
    record,
    bundle,
    patient,
    id,
    /** Begins delivery to a server that has said what it offers. */
    deliver(more: Parameters<typeof house.deliver>[0] = {}) {
      const delivery = bareDeliver(more);
      delivery.compared([]);
      return delivery;
    },
    bareDeliver,
    /** How many resources of each type of the bundle the server has. */
    async counts(): Promise<Record<string, number>> {
      const all = await Promise.all(
        [...types].map(async (type) => [type, (await server.all<Resource>(type)).length] as const),
      );
      return Object.fromEntries(all);
    },
    /** How many there should be. */
    expected(): Record<string, number> {
      const counts: Record<string, number> = {};
      for (const { resource } of bundle.entry ?? []) {
        const type = resource?.resourceType ?? '';
        counts[type] = (counts[type] ?? 0) + 1;
      }
      return counts;
    },
    transactions: () => server.got.filter(({ method, url }) => method === 'POST' && url === '/fhir/R4'),
  };
}
