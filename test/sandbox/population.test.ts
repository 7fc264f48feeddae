import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isHetu } from '../../src/sandbox/hetu.ts';
import { population, situations } from '../../src/sandbox/population.ts';

const CENTURIES: Record<string, string> = { '-': '19', Y: '19', X: '19', W: '19', V: '19', U: '19' };

/** The date of birth that a personal identity code itself tells. */
function birthDateOf(hetu: string): string {
  const century = CENTURIES[hetu[6] ?? ''] ?? '20';
  return `${century}${hetu.slice(4, 6)}-${hetu.slice(2, 4)}-${hetu.slice(0, 2)}`;
}

describe('artificial persons', () => {
  test('have valid codes that no living person has, fitting their dates of birth, each their own', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const people = population(seed, 60);
        const codes = people.flatMap((each) => [each.hetu, ...(each.guardian ? [each.guardian.hetu] : [])]);
        expect(new Set(codes).size).toBe(codes.length);
        for (const code of codes) {
          expect(isHetu(code)).toBe(true);
          expect(Number(code.slice(7, 10))).toBeGreaterThanOrEqual(900);
        }
        for (const { hetu, birthDate } of people) expect(birthDateOf(hetu)).toBe(birthDate);
      }),
      { numRuns: 30 },
    );
  });

  test('are the same for the same seed, and a larger number begins with the smaller', () => {
    expect(population(3, 50)).toEqual(population(3, 50));
    expect(population(3, 80).slice(0, 50)).toEqual(population(3, 50));
    expect(population(4, 50)).not.toEqual(population(3, 50));
  });

  test('show every situation, language and separator of their centuries', () => {
    const people = population(1, 400);
    expect(new Set(people.map((each) => each.situation))).toEqual(new Set(situations));
    expect(new Set(people.map((each) => each.language))).toEqual(new Set(['fi', 'sv', 'en']));
    expect(new Set(people.map((each) => each.hetu[6]))).toEqual(new Set('-YXWVUABCDEF'));
    expect(people.some((each) => each.nonDisclosure)).toBe(true);
  });

  test('under 15 have a guardian, others have none', () => {
    for (const { birthDate, guardian } of population(2, 100)) {
      expect(guardian !== undefined).toBe(birthDate >= '2012');
    }
  });
});

test('a code with one changed character is not valid', () => {
  for (const wrong of ['131052-9086', '131052-908', '131052+9085x', '141052-9085', '131052G9085', '']) {
    expect(isHetu(wrong)).toBe(false);
  }
  expect(isHetu('131052-9085')).toBe(true);
});
