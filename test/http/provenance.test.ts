import { v7 } from 'uuid';
import { describe, expect, test } from 'vitest';
import type { Assessment } from '../../src/assessment/assessment.ts';
import { provenanceDoor } from '../../src/http/provenance.ts';
import { loadingMappings, type Mappings } from '../../src/mapping/mappings.ts';
import { createMappingVersions } from '../../src/mapping/versions/versions.ts';
import { definitions, files, load, assessment as small, sourceSchema } from '../mapping/folder.ts';
import { type Doors, openDoors } from './doors.ts';

const NOW = Date.UTC(2026, 2, 2, 8);

const asked = small({
  sections: [
    {
      id: 's1',
      title: 'Yskä',
      questions: [
        { id: 'q1', text: 'Kuumetta?', type: 'boolean', answers: [{ value: true }] },
        { id: 'q2', text: 'Kauanko?', type: 'string', answers: [{ value: 'Viikon' }] },
      ],
    },
  ],
});

interface Answer {
  readonly mapping: string;
  readonly digest: string;
  readonly stored: boolean;
  readonly written: readonly unknown[];
  readonly elements: readonly {
    readonly element: string;
    readonly rule: string;
    readonly sources: readonly string[];
    readonly decidedBy: readonly string[];
    readonly parts?: readonly { readonly offset: number; readonly length: number }[];
  }[];
}

interface House extends Doors {
  /** Accepts an assessment; gives its id. */
  accept(assessment: Assessment): Promise<string>;
  /** Maps the message that waits, by a version, and writes its note, or other resources. */
  write(mappings: Mappings, bundle?: string, steps?: readonly string[]): Promise<void>;
  ask(id: string, query?: string): Promise<Answer>;
}

async function openHouse(live: Mappings): Promise<House> {
  const doors = await openDoors();
  const { app, log } = doors;
  const versions = createMappingVersions({
    live: () => live,
    files: (digest) => log.mappingFiles(digest),
    load: (folder) => loadingMappings({ folder, definitions, sourceSchema }),
    most: 1,
  });
  const read = ({ payload }: { payload: Uint8Array }): Assessment =>
    JSON.parse(Buffer.from(payload).toString('utf8'));
  provenanceDoor(app, { log, versions, read, live: () => live });
  return {
    ...doors,
    async accept(assessment) {
      const { id, edition, kind } = assessment;
      const accepted = await log.accept({
        ...{ id: v7(), source: 'omaolo', assessment: id, edition, kind: kind.id, kindVersion: kind.version },
        ...{ title: 'Yskä', urgency: 4, sentAt: NOW, acceptedAt: NOW, trial: false, correlation: 'c-1' },
        ...{ format: 'assessment', payload: Buffer.from(JSON.stringify(assessment)) },
      });
      return accepted.id;
    },
    async write(mappings, bundle, steps = ['DocumentReference']) {
      const [claim] = await log.claim({ now: NOW, lease: 1000, limit: 1 });
      if (!claim) throw new Error('there was nothing to claim');
      const context = { messageId: claim.id, source: claim.source, acceptedAt: new Date(NOW).toISOString() };
      const made = mappings.map(read(claim), context);
      const { mapping, digest } = made;
      await log.mapped(claim, { mapping, digest, bundle: bundle ?? JSON.stringify(made.bundle), at: NOW });
      for (const name of steps) {
        const attempt = await log.intend(claim, { name, at: NOW });
        const location = `${name.replace(/-\d$/, '')}/of-${name}`;
        await log.settle(claim, { name, attempt, state: 'done', at: NOW, location });
      }
    },
    async ask(id, query = '') {
      const response = await doors.call({ url: `/v1/assessments/${id}/provenance${query}` });
      expect(response.statusCode).toBe(200);
      return response.json();
    },
  };
}

/** The same folder with the heading of the response's sections taken out. */
const changed = {
  'symptom/response.yaml': files['symptom/response.yaml']?.replace("    text: '{{ %s.title }}'\n", ''),
};

describe('where a value came from', () => {
  test('is told by rule and source for every element of the bundle that was sent', async () => {
    const live = load();
    const house = await openHouse(live);
    const id = await house.accept(asked);
    await house.write(live);
    const answer = await house.ask(id);
    expect(answer).toMatchObject({ mapping: 'symptom', stored: true });
    expect(answer.elements).toContainEqual({
      element: 'entry[1].resource.item[0].item[0].answer[0].valueBoolean',
      rule: 'mappings/symptom/response.yaml:18:44',
      sources: ['/sections/0/questions/0/answers/0/value'],
      decidedBy: [],
    });
  });

  test('is told of one element, or of all below a path', async () => {
    const house = await openHouse(load());
    const id = await house.accept(asked);
    const { elements } = await house.ask(id, '?element=entry[1].resource.item[0].item[1].answer');
    expect(elements.map(({ element, sources }) => [element, sources])).toEqual([
      ['entry[1].resource.item[0].item[1].answer[0]', ['/sections/0/questions/1/answers/0']],
      [
        'entry[1].resource.item[0].item[1].answer[0].valueString',
        ['/sections/0/questions/1/answers/0/value'],
      ],
    ]);
  });

  test('comes from the version of the mappings that made the bundle, though another is live now', async () => {
    const before = load();
    const house = await openHouse(load(changed));
    await house.log.keepMappings({
      digest: before.digest,
      at: NOW,
      mappings: before.mappings.map(({ name, digest }) => ({ name, digest })),
      files: JSON.stringify(Object.fromEntries(before.folder.files)),
    });
    const id = await house.accept(asked);
    await house.write(before);
    const { elements } = await house.ask(id, '?source=/sections/0/title');
    expect(elements.map(({ element }) => element)).toContain('entry[1].resource.item[0].text');
  });

  test('is not told when that version is not there any more, or makes something else', async () => {
    const live = load(changed);
    const house = await openHouse(live);
    const id = await house.accept(asked);
    await house.write(load());
    const url = `/v1/assessments/${id}/provenance`;
    expect((await house.call({ url })).statusCode).toBe(409);
    const other = await openHouse(live);
    const second = await other.accept(asked);
    await other.write(live, '{"resourceType":"Bundle"}');
    const response = await other.call({ url: `/v1/assessments/${second}/provenance` });
    expect(response.json().issue[0].details.coding[0].code).toBe('provenance-unknown');
  });

  test('is not told of an assessment of so many values that telling would hold up others', async () => {
    const house = await openHouse(load());
    const questions = Array.from({ length: 900 }, (_, index) => ({
      ...{ id: `q${index}`, text: 'Kauanko?', type: 'string' as const, answers: [] },
    }));
    const id = await house.accept(small({ sections: [0, 1, 2].map((s) => ({ id: `s${s}`, questions })) }));
    expect((await house.ask(id)).elements.length).toBeGreaterThan(8_000);
    const large = [0, 1, 2, 3].map((s) => ({ id: `s${s}`, questions }));
    const other = await house.accept(small({ id: 'a-2', sections: large }));
    const response = await house.call({ url: `/v1/assessments/${other}/provenance` });
    expect(response.statusCode).toBe(409);
    expect(response.body).toContain('more than 10000 values');
  });

  test('comes from the live version while the message waits to be mapped, and says so', async () => {
    const house = await openHouse(load());
    const id = await house.accept(asked);
    expect(await house.ask(id)).toMatchObject({ stored: false, written: [] });
  });
});

describe('where an answer went', () => {
  test('is told with the place in the note, and the write that carried it', async () => {
    const live = load();
    const house = await openHouse(live);
    const id = await house.accept(asked);
    await house.write(live);
    const { elements, written } = await house.ask(id, '?source=/sections/0/questions/1/answers/0');
    expect(elements.map(({ element }) => element)).toEqual([
      'entry[1].resource.item[0].item[1].answer[0]',
      'entry[1].resource.item[0].item[1].answer[0].valueString',
      'entry[3].resource.content[0].attachment.data',
    ]);
    const context = { messageId: id, source: 'omaolo', acceptedAt: new Date(NOW).toISOString() };
    const note = live.map(asked, context).bundle.entry?.[3]?.resource;
    const data = note?.resourceType === 'DocumentReference' ? (note.content[0]?.attachment.data ?? '') : '';
    const text = Buffer.from(data, 'base64').toString('utf8');
    const parts = elements.at(-1)?.parts ?? [];
    expect(parts.map(({ offset, length }) => text.slice(offset, offset + length))).toEqual(['Viikon']);
    expect(written).toEqual([
      {
        step: 'DocumentReference',
        location: 'DocumentReference/of-DocumentReference',
        element: 'entry[3].resource',
      },
    ]);
  });

  test.each([
    [2, ['Observation', 'Observation-2'], ['entry[2].resource', 'entry[3].resource']],
    [2, ['Observation'], [undefined]],
    [0, ['DocumentReference', 'DocumentReference-2'], ['entry[3].resource', 'entry[3].resource']],
  ])('is told of %i measurements written in the steps %j', async (count, steps, elements) => {
    const live = load();
    const house = await openHouse(live);
    const measurements = ['8310-5', '29463-7'].slice(0, count).map((code) => ({
      ...{ code, system: 'http://loinc.org', label: code, value: 1, unit: 'u' },
      time: '2026-03-02T09:00:00+02:00',
    }));
    const id = await house.accept({ ...asked, measurements });
    await house.write(live, undefined, steps);
    const { written } = await house.ask(id);
    expect(written).toMatchObject(steps.map((step) => ({ step })));
    expect(written.map((write) => Reflect.get(Object(write), 'element'))).toEqual(elements);
  });

  test('is told of what it only decided, as such', async () => {
    const house = await openHouse(load());
    const id = await house.accept(asked);
    const { elements } = await house.ask(id, '?source=/sections/0/questions/0/answers/0/value');
    const pointer = '/sections/0/questions/0/answers/0/value';
    expect(elements.at(-1)).toMatchObject({
      element: 'entry[3].resource.content[0].attachment.data',
      sources: [],
      decidedBy: [pointer],
      parts: [{ sources: ['%text.answers.yes'], decidedBy: [pointer, '/sections/0/questions/0/type'] }],
    });
  });
});

describe('the answer', () => {
  test('holds no value of the assessment', async () => {
    const house = await openHouse(load());
    const id = await house.accept(asked);
    const { body } = await house.call({ url: `/v1/assessments/${id}/provenance` });
    for (const value of ['Viikon', 'Kuumetta', '010190-900P', 'Aino']) expect(body).not.toContain(value);
  });

  test('is an empty list for what is not there, and a refusal for what cannot be', async () => {
    const house = await openHouse(load());
    const id = await house.accept(asked);
    for (const query of ['?source=/sections/9', '?element=entry[9]', '?element=entr']) {
      expect((await house.ask(id, query)).elements).toEqual([]);
    }
    const url = `/v1/assessments/${id}/provenance`;
    for (const query of ['source=sections', 'source=/a~2', 'element=entry[x]', 'element=a&element=b']) {
      const response = await house.call({ url: `${url}?${query}` });
      expect(response.statusCode, query).toBe(400);
      expect(response.json().issue[0].details.coding[0].code).toBe('parameter-invalid');
    }
    expect((await house.call({ url: `/v1/assessments/${v7()}/provenance` })).statusCode).toBe(404);
  });
});
