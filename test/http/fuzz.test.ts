import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { arbitraryOf } from './arbitrary.ts';
import { contract, type Doors, openDoors } from './doors.ts';

/**
 * Whatever is sent, the answer is a receipt or an OperationOutcome that says what is wrong. The seed is printed by
 * fast-check with a failing body; FUZZ_BODIES asks for another number.
 */

const BODIES = Number(process.env['FUZZ_BODIES'] ?? 10_000);

const assessments = arbitraryOf({ $ref: '#/components/schemas/Assessment' }, contract.schemas)
  // Without an authorisation a guardian is refused, and random editions of one id are rarely what is looked for.
  .map((value) => ({ ...(value as object), filledBy: { role: 'self' } }));

const text = assessments.map((value) => JSON.stringify(value));

/** A place in the text, and something put there. */
const planted = (what: fc.Arbitrary<string>) =>
  fc.tuple(text, fc.nat(), what).map(([body, at, found]) => {
    const place = at % body.length;
    return body.slice(0, place) + found + body.slice(place);
  });

const member = (source: string) => text.map((body) => body.replace('{', `{${source},`));

const bodies: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 30, arbitrary: text.map((body) => Buffer.from(body)) },
  {
    weight: 20,
    arbitrary: fc.tuple(assessments, fc.jsonValue(), fc.nat()).map(([value, other, at]) => {
      const names = Object.keys(value);
      return Buffer.from(JSON.stringify({ ...value, [names[at % names.length] ?? 'id']: other }));
    }),
  },
  {
    weight: 10,
    arbitrary: fc.tuple(text, fc.nat()).map(([body, at]) => Buffer.from(body.slice(0, at % body.length))),
  },
  { weight: 10, arbitrary: planted(fc.string({ maxLength: 3 })).map((body) => Buffer.from(body)) },
  {
    weight: 10,
    arbitrary: planted(fc.constantFrom('\\u0000', '\\ud800', '\uFFFF', '\\"', '\u2028', '\u0000')).map(
      (body) => Buffer.from(body),
    ),
  },
  {
    weight: 5,
    arbitrary: fc
      .constantFrom(
        '"__proto__":{"trial":true}',
        '"constructor":{"prototype":{"trial":true}}',
        '"toString":1',
        '"id":"twice"',
      )
      .chain(member)
      .map((body) => Buffer.from(body)),
  },
  {
    weight: 5,
    arbitrary: fc
      .tuple(text, fc.constantFrom<BufferEncoding>('utf16le', 'latin1', 'base64', 'hex'))
      .map(([body, encoding]) =>
        Buffer.from(
          encoding === 'base64' || encoding === 'hex' ? Buffer.from(body).toString(encoding) : body,
          encoding,
        ),
      ),
  },
  { weight: 5, arbitrary: fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('[', '{"a":', '[{"a":'), fc.integer({ min: 10, max: 50_000 }))
      .map(([open, times]) => Buffer.from(open.repeat(times))),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(text, fc.integer({ min: 1, max: 1_200_000 }))
      .map(([body, length]) => Buffer.from(body.replace('{', `{"padding":"${'x'.repeat(length)}",`))),
  },
  { weight: 2, arbitrary: fc.json({ depthSize: 'large' }).map((body) => Buffer.from(body)) },
);

async function check({ call }: Doors, body: Buffer, seen: Map<number, number>): Promise<void> {
  const response = await call({
    method: 'POST',
    url: '/v1/assessments',
    headers: { 'content-type': 'application/json' },
    payload: body,
  });
  const { statusCode } = response;
  seen.set(statusCode, (seen.get(statusCode) ?? 0) + 1);
  expect(statusCode < 300 || (statusCode >= 400 && statusCode < 500)).toBe(true);
}

/** Bytes in use after a collection. */
function heap(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
  return process.memoryUsage().heapUsed;
}

it(`answers ${BODIES} fuzzed bodies with a receipt or an OperationOutcome, and keeps its memory`, async () => {
  const doors = await openDoors();
  const seen = new Map<number, number>();
  const run = (count: number) =>
    fc.assert(
      fc.asyncProperty(bodies, (body) => check(doors, body, seen)),
      { numRuns: count, endOnFailure: true },
    );
  const warm = Math.ceil(BODIES / 5);
  await run(warm);
  const before = heap();
  await run(BODIES - warm);
  const grown = heap() - before;
  // fast-check keeps some of what it made; a body kept for each request would be many times as much.
  expect(grown).toBeLessThan(20 * 1024 * 1024);
  const { accepted } = await doors.log.ledger();
  expect(accepted).toBe(seen.get(202));
  // Fuzzing that never gets in proves little.
  expect(seen.get(202) ?? 0).toBeGreaterThan(BODIES / 20);
  expect(seen.get(400) ?? 0).toBeGreaterThan(BODIES / 20);
  expect(seen.get(422) ?? 0).toBeGreaterThan(BODIES / 20);
}, 300_000);
