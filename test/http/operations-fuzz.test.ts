import fc from 'fast-check';
import { expect, it } from 'vitest';
import { arbitraryOf } from './arbitrary.ts';
import { contract, type Doors } from './doors.ts';
import { holdOne, withMessages } from './sent.ts';

/** Whatever people or their programs send to the doors of acts: an answer of the contract, and never a failure. */

const BODIES = Number(process.env['FUZZ_BODIES'] ?? 10_000) / 10;

const words = fc.oneof(
  { weight: 8, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }) },
  { weight: 1, arbitrary: fc.constantFrom('asked 020516C903K', ' ', 'x'.repeat(201), 'a\u2028b') },
);

/** Bodies after the contract, with people's words, and now and then something else in place of a member. */
function bodies(schema: string): fc.Arbitrary<string> {
  const { Words: _, ...schemas } = contract.schemas;
  const like = arbitraryOf({ $ref: `#/components/schemas/${schema}` }, schemas);
  return fc
    .tuple(like, words, words, fc.option(fc.tuple(fc.nat(), fc.jsonValue()), { freq: 3 }), fc.nat(400))
    .map(([value, by, why, other, cut]) => {
      const body: Record<string, unknown> = { ...(value as object), by, why };
      const names = [...Object.keys(body), 'unknown'];
      if (other !== null) body[names[other[0] % names.length] ?? 'by'] = other[1];
      const text = JSON.stringify(body);
      return cut < 20 ? text.slice(0, cut) : text;
    });
}

const requests = fc.oneof(
  fc.tuple(fc.constantFrom('pause', 'resume', 'messages/ID/retry'), bodies('ByHand')),
  fc.tuple(fc.constant('messages/ID/resolution'), bodies('Resolution')),
  fc.tuple(fc.constant('redrive'), bodies('RedriveRequest')),
);

async function post({ call }: Doors, path: string, payload: string): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  return (await call({ method: 'POST', url: `/v1/operations/${path}`, headers, payload })).statusCode;
}

it(`answers ${BODIES} fuzzed acts as the contract says, and keeps the books`, async () => {
  const doors = await withMessages(40);
  const ids: string[] = [];
  for (let i = 0; i < 20; i += 1)
    ids.push(await holdOne(doors, i % 2 === 0 ? 'patient-unknown' : 'record-refused'));
  const seen = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(requests, fc.nat(19), async ([path, body], nth) => {
      const status = await post(doors, path.replace('ID', ids[nth] ?? ''), body);
      seen.set(status, (seen.get(status) ?? 0) + 1);
      expect(status < 500).toBe(true);
    }),
    { numRuns: BODIES, endOnFailure: true },
  );
  for (const status of [200, 400, 409, 422]) expect(seen.get(status) ?? 0).toBeGreaterThan(0);
  expect((await doors.call({ url: '/v1/operations/ledger' })).json().balanced).toBe(true);
  expect(doors.lines.join('')).not.toContain('020516C903K');
}, 120_000);

it('reads words and lines of any length at once', () => {
  const check = contract.checker('#/components/schemas/ByHand');
  const long = 'x'.repeat(5_000_000);
  expect(check({ by: `${long}\u2028`, why: `${' '.repeat(5_000_000)}` }).length).toBeGreaterThan(0);
  expect(contract.checker('#/components/schemas/Line')(`${long}\n`).length).toBeGreaterThan(0);
});
