import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crashPoints } from '../../src/delivery/crash-points.ts';
import { faults } from '../../src/sandbox/faults.ts';
import { assessment, noteText, openHouse } from './house.ts';

/** One fault that strikes some of the calls, and whether what it strikes is done all the same. */
const trouble = fc.record({
  fault: fc.constantFrom(...faults.map(({ name }) => name)),
  method: fc.constantFrom(undefined, 'POST'),
  resource: fc.constantFrom(undefined, 'Patient', 'Encounter', 'DocumentReference', 'Binary'),
  probability: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
  times: fc.integer({ min: 1, max: 8 }),
  seed: fc.nat(1000),
  ms: fc.constantFrom(20, 600),
});

const storm = fc.record({
  troubles: fc.array(trouble, { minLength: 1, maxLength: 5 }),
  editions: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 6 }),
  failures: fc.array(fc.constantFrom(...crashPoints), { maxLength: 3 }),
});

it('whatever goes wrong on the way, each message is in the record once and in order, or held with a cause', async () => {
  const house = await openHouse();
  const people = [0, 1, 2, 3, 4, 5].map((nth) => house.person('encounter', nth));
  let pending: string[] = [];
  house.deliver({
    // An exception at a named point stands for a defect there: nothing of what was done may be forgotten.
    crashPoint: (point) => {
      if (pending[0] !== point) return undefined;
      pending = pending.slice(1);
      return Promise.reject(new RangeError('a defect'));
    },
  });

  await fc.assert(
    fc.asyncProperty(storm, async ({ troubles, editions, failures }) => {
      for (const each of troubles) house.twin.faults.add(each);
      pending = failures;
      const cases = editions.map((count, i) => {
        const source = assessment(people[i]);
        return Array.from({ length: count }, (_, edition) => ({ ...source, edition: edition + 1 }));
      });
      const sent = new Map<string, string>();
      for (const source of cases.flat()) sent.set(noteText(source), await house.accept(source));

      await new Promise((resolve) => setTimeout(resolve, 100));
      house.twin.faults.clear();
      pending = [];
      for (const texts of cases.map((sources) => sources.map(noteText))) {
        const delivered: string[] = [];
        for (const text of texts) {
          const { state, cause } = await house.until(
            sent.get(text) ?? '',
            (m) => m.state === 'delivered' || m.state === 'held',
          );
          if (state === 'delivered') delivered.push(text);
          else expect(cause).toMatch(/^(record-refused|search-incomplete)$/);
          // Editions after a held one wait until a person has dealt with it.
          if (state === 'held') break;
        }
        const notes = house.notes().map((note) => note.text);
        expect(notes.filter((text) => texts.includes(text))).toEqual(delivered);
      }
    }),
    { numRuns: 20, endOnFailure: true },
  );
}, 120_000);
