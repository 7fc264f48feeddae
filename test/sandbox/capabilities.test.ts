import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { capabilities, capabilityStatement } from '../../src/sandbox/capabilities.ts';
import { call, startTwin } from './helper.ts';

type Statement = {
  rest: {
    resource: {
      type: string;
      interaction: { code: string }[];
      searchParam?: { name: string; type: string }[];
      conditionalCreate?: boolean;
    }[];
  }[];
};

const official = process.env['OFFICIAL_APOTTI'];
const ours = capabilityStatement('http://twin', 'http://twin/token', '2026-11-01T00:00:00Z');
const shown = ours.rest?.[0]?.resource ?? [];

describe('what the twin says it can', () => {
  test.runIf(official !== undefined)('agrees with the published statement of Apotti', () => {
    const statement: Statement = JSON.parse(readFileSync(official ?? '', 'utf8'));
    const theirs = new Map(statement.rest[0]?.resource.map((resource) => [resource.type, resource]));
    for (const resource of shown) {
      const published = theirs.get(resource.type ?? '');
      const sorted = (list: { name?: string; type?: string }[] = []) =>
        list.map(({ name, type }) => `${name}:${type}`).sort();
      expect(new Set(resource.interaction?.map((each) => each.code)), resource.type).toEqual(
        new Set(published?.interaction.map((each) => each.code)),
      );
      expect(sorted(resource.searchParam), resource.type).toEqual(sorted(published?.searchParam));
      expect(resource.conditionalCreate).toBe(published?.conditionalCreate);
    }
  });

  test('has no slots, no task creation, and updates of three types only', () => {
    const updated = [...capabilities.values()].filter((each) => each.interactions.includes('update'));
    expect(updated.map((each) => each.type).sort()).toEqual(['DocumentReference', 'Observation', 'Task']);
    expect(capabilities.has('Slot') || capabilities.has('Schedule')).toBe(false);
    expect(capabilities.get('Task')?.interactions).not.toContain('create');
    expect(capabilities.get('Encounter')?.interactions).not.toContain('create');
    expect(capabilities.get('Appointment')?.interactions).toEqual(['read', 'search-type']);
  });

  test('names only search parameters that it has when it says what a search needs', () => {
    for (const { type, search, needs } of capabilities.values()) {
      for (const name of needs.flat()) expect(Object.keys(search), type).toContain(name);
    }
  });

  test('is told without a token, with the addresses that clients use', async () => {
    const twin = await startTwin({ open: false });
    const answer = await call(twin, '/metadata');
    expect(answer.status).toBe(200);
    expect(answer.text).toContain(twin.tokenUrl);
    expect(answer.text).toContain(twin.fhirUrl);
  });
});

describe('what the twin does not do', () => {
  test.each([
    ['GET', '/Slot?start=ge2026-11-01', 404],
    ['GET', '/Schedule/1', 404],
    ['POST', '/Task', 405],
    ['POST', '/Encounter', 405],
    ['POST', '/Appointment', 405],
    ['PUT', '/Patient/1', 405],
    ['POST', '', 405],
    ['POST', '/Patient/_search', 404],
    ['POST', '/Patient/$match', 405],
    ['DELETE', '/DocumentReference/1', 405],
    ['PATCH', '/DocumentReference/1', 405],
    ['GET', '/DocumentReference/1/_history', 404],
  ])('%s %s is answered with %i and an OperationOutcome', async (method, path, status) => {
    const twin = await startTwin();
    const answer = await call(twin, path, { method, ...(method === 'GET' ? {} : { body: {} }) });
    expect(answer.status).toBe(status);
    expect(answer.json?.resourceType).toBe('OperationOutcome');
  });

  test('speaks no XML', async () => {
    const twin = await startTwin();
    const answer = await call(twin, '/metadata', { headers: { accept: 'application/fhir+xml' } });
    expect(answer.status).toBe(406);
  });

  test('answers 403 with an empty body for an API without a licence', async () => {
    const twin = await startTwin({ unlicensed: ['Observation.create', 'Encounter.search-type'] });
    for (const answer of [
      await call(twin, '/Observation', { body: {} }),
      await call(twin, '/Encounter?patient=1'),
    ]) {
      expect(answer.status).toBe(403);
      expect(answer.text).toBe('');
    }
  });
});
