import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { items } from '../intake/fhir/arbitrary.ts';
import { contract, openDoors } from './doors.ts';

/**
 * Whatever is sent as a QuestionnaireResponse, the answer says that it was accepted, or what is wrong and whose fault it
 * was. The seed is printed by fast-check with a failing body; FUZZ_BODIES asks for another number.
 */

const BODIES = Math.ceil(Number(process.env['FUZZ_BODIES'] ?? 10_000) / 10);

const { examples } = parse(contract.text).paths['/fhir/QuestionnaireResponse'].post.requestBody.content[
  'application/fhir+json'
];

const sound = fc.tuple(items, fc.boolean(), fc.uuid()).map(([{ value }, alone, id]): object => {
  const identifier = { value: id };
  if (alone) return { ...examples.response.value, identifier, item: value };
  const [{ resource }, ...others] = examples.bundle.value.entry;
  return {
    ...examples.bundle.value,
    entry: [{ resource: { ...resource, identifier, item: value } }, ...others],
  };
});

/** Names that the door reads, and names that programs stumble over. */
const name = fc.constantFrom(
  ...[
    'resourceType',
    'item',
    'answer',
    'linkId',
    'text',
    'valueString',
    'valueCoding',
    'valueOf',
    'reference',
    'subject',
  ],
  ...[
    'source',
    'extension',
    'url',
    'contained',
    'id',
    'entry',
    'type',
    'identifier',
    'toString',
    'modifierExtension',
  ],
);
const junk = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(
    '#client',
    '#',
    'Patient/1',
    'urn:oid:',
    'P3',
    'completed',
    'QuestionnaireResponse',
    'toString',
    '',
  ),
  name.map((key) => ({ [key]: [{ [key]: key }] })),
);

/** The places of a JSON value where something can be put: its objects and lists. */
function holdersOf(value: unknown): readonly object[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(holdersOf)];
}

/** A sound body with one member put, replaced or taken away, anywhere. */
const mutated = fc
  .tuple(sound, fc.nat(), fc.nat(), fc.option(name, { nil: undefined }), fc.option(junk, { nil: undefined }))
  .map(([body, holderAt, memberAt, put, value]) => {
    const copy = structuredClone(body);
    const holders = holdersOf(copy);
    const holder = holders[holderAt % holders.length] ?? copy;
    const keys = Object.keys(holder);
    const key = put ?? keys[memberAt % keys.length] ?? 'item';
    if (value === undefined) Reflect.deleteProperty(holder, key);
    else Reflect.set(holder, key, value);
    return copy;
  });

const bodies = fc.oneof(
  { weight: 10, arbitrary: sound.map((body) => JSON.stringify(body)) },
  { weight: 50, arbitrary: mutated.map((body) => JSON.stringify(body)) },
  {
    weight: 5,
    arbitrary: fc.tuple(sound, fc.nat(), fc.string({ maxLength: 3 })).map(([body, at, planted]) => {
      const text = JSON.stringify(body);
      const place = at % text.length;
      return text.slice(0, place) + planted + text.slice(place);
    }),
  },
  { weight: 3, arbitrary: fc.json() },
);

const type = fc.constantFrom(
  'application/fhir+json',
  'application/fhir+json; fhirVersion=3.0',
  'application/fhir+json; fhirVersion=4.0',
  'application/fhir+json; fhirVersion=5.0',
);

it(`answers ${BODIES} fuzzed QuestionnaireResponses with what became of them`, async () => {
  const { call, log } = await openDoors();
  const seen = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(bodies, type, async (payload, contentType) => {
      const headers = { 'content-type': contentType };
      const { statusCode } = await call({
        method: 'POST',
        url: '/fhir/QuestionnaireResponse',
        headers,
        payload,
      });
      seen.set(statusCode, (seen.get(statusCode) ?? 0) + 1);
      expect([200, 202, 400, 409, 422]).toContain(statusCode);
    }),
    { numRuns: BODIES, endOnFailure: true },
  );
  expect((await log.ledger()).accepted).toBe(seen.get(202));
  // Fuzzing that never gets in, or always does, proves little.
  for (const status of [202, 400, 422]) expect(seen.get(status) ?? 0).toBeGreaterThan(BODIES / 50);
}, 300_000);
