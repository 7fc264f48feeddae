import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkAssessment } from '../../src/assessment/check.ts';
import { readContract } from '../../src/intake/contract.ts';
import { assessments, demonstration, type Kind, type Wishes } from '../../src/sandbox/omaolo/omaolo.ts';
import { population } from '../../src/sandbox/population.ts';

const contract = readContract(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8'));
const catalogue: { id: string; status: string; titles?: Kind['titles'] }[] = parse(
  readFileSync(new URL('../../mappings/kinds.yaml', import.meta.url), 'utf8'),
);
const kinds = catalogue.map(({ id, titles = {} }) => ({ id, version: '1.0', titles }));

function wishes(seed = 1): Wishes {
  const [person, ...people] = population(seed, 40);
  const [kind, ...more] = kinds;
  if (person === undefined || kind === undefined)
    throw new Error('nobody and nothing to make assessments of');
  return { seed, people: [person, ...people], kinds: [kind, ...more], now: new Date('2026-11-10T10:00:00Z') };
}

const accept = (body: object) => {
  const assessment = contract.assessment(JSON.parse(JSON.stringify(body)));
  checkAssessment(assessment, 'artificial', '2026-11-10');
  return assessment;
};

describe('made-up assessments', () => {
  test.each([1, 2, 3])('keep the contract (seed %i)', (seed) => {
    for (const each of assessments(200, wishes(seed))) expect(() => accept(each)).not.toThrow();
  });

  test('show every kind, class, language, role and type of answer', () => {
    const made = assessments(200, wishes()).map(accept);
    const answeredTypes = made
      .flatMap((each) => each.sections.flatMap((section) => section.questions))
      .filter((question) => question.answers.length > 0)
      .map((question) => question.type);
    expect(new Set(made.map((each) => each.kind.id))).toEqual(new Set(kinds.map((each) => each.id)));
    expect([...new Set(made.flatMap((each) => each.urgency?.class ?? []))].sort()).toEqual([
      'P0',
      'P1',
      'P2',
      'P3',
      'P4',
      'P5',
      'P6',
      'P7',
      'P8',
    ]);
    expect(new Set(made.map((each) => each.language))).toEqual(new Set(['fi', 'sv', 'en']));
    expect(new Set(made.map((each) => each.filledBy.role))).toEqual(new Set(['self', 'guardian', 'proxy']));
    expect(new Set(answeredTypes).size).toBe(12);
    expect(made.some((each) => each.client.nonDisclosure)).toBe(true);
    expect(made.some((each) => each.measurements !== undefined)).toBe(true);
    expect(made.some((each) => each.bookingRight !== undefined)).toBe(true);
    expect(made.some((each) => each.bloodPressure !== undefined)).toBe(true);
    expect(made.some((each) => each.coaching !== undefined)).toBe(true);
    expect(made.some((each) => each.result?.minimumCriteria !== undefined)).toBe(true);
  });

  test('are the same for the same seed, and each has an id of its own', () => {
    expect(assessments(60, wishes())).toEqual(assessments(60, wishes()));
    const ids = assessments(60, wishes()).map((each) => each.id);
    expect(new Set(ids).size).toBe(60);
  });
});

describe('a demonstration', () => {
  test('is fifty sendings in which everything happens', () => {
    const sendings = demonstration(wishes());
    expect(sendings).toHaveLength(50);
    const of = (shows: string) => sendings.filter((each) => each.shows === shows).map((each) => each.body);
    expect(of('ordinary')).toHaveLength(45);
    expect(of('repeat')).toEqual([sendings[0]?.body]);
    expect(of('trial')).toMatchObject([{ trial: true }]);
    expect(of('amended')).toMatchObject([{ edition: 2, id: accept(sendings[1]?.body ?? {}).id }]);
    const unknown = population(1, 40).filter((each) => each.situation === 'unknown');
    expect(unknown.map((each) => each.hetu)).toContain(accept(of('unknown-patient')[0] ?? {}).client.hetu);
    for (const { shows, body } of sendings) {
      if (shows === 'broken') expect(() => accept(body)).toThrow();
      else expect(() => accept(body)).not.toThrow();
    }
  });
});
