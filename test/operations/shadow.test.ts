import type { Bundle, Patient } from '@medplum/fhirtypes';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Assessment } from '../../src/assessment/assessment.ts';
import { BridgeError } from '../../src/errors.ts';
import { loadMappings, type Mappings } from '../../src/mapping/mappings.ts';
import { createShadow, type ShadowResult } from '../../src/operations/shadow.ts';
import { assessment, context, definitions, files, sourceSchema } from '../mapping/folder.ts';

function load(changed: Readonly<Record<string, string>> = {}): Mappings {
  const texts = new Map(Object.entries({ ...files, ...changed }));
  return loadMappings({ folder: { name: 'mappings', files: texts }, definitions, sourceSchema });
}

const live = load();
const named = load({
  'symptom/patient.yaml': "resourceType: Patient\nname: [{ text: '{{ client.names.family }}' }]\n",
});

/** A shadow of `version`, following the live mappings above. */
function shadowOf(version: Mappings | undefined, given: Partial<Parameters<typeof createShadow>[0]> = {}) {
  const results: ShadowResult[] = [];
  const errors: unknown[] = [];
  const shadow = createShadow({
    current: () => version,
    share: 1,
    validate: () => [],
    observe: (result) => void results.push(result),
    logger: { error: (told) => void errors.push(told) },
    ...given,
  });
  onTestFinished(() => shadow.close());
  const follow = (messageId = '00000000', given_: Partial<Assessment> = {}) => {
    const message = { assessment: assessment(given_), context: { ...context, messageId } };
    shadow.follow(live, live.map(message.assessment, message.context), message);
  };
  return { shadow, follow, results, errors };
}

it('finds nothing where both versions say the same', async () => {
  const { shadow, follow, results } = shadowOf(load());
  follow();
  await vi.waitFor(() => expect(results).toEqual(['same']));
  expect(shadow.report()).toMatchObject({ live: live.digest, shadow: live.digest, messages: { same: 1 } });
  expect(shadow.report().kinds.flatMap(({ elements }) => elements)).toEqual([]);
});

it('counts what differs by kind and element, without any value', async () => {
  const { shadow, follow, results } = shadowOf(named);
  follow();
  follow();
  await vi.waitFor(() => expect(results).toEqual(['different', 'different']));
  const { kinds, messages } = shadow.report();
  expect(messages).toMatchObject({ different: 2, same: 0 });
  expect(kinds).toMatchObject([{ kind: 'cough' }]);
  expect(kinds[0]?.elements).toContainEqual({
    element: 'Patient.name[].text',
    messages: 2,
    added: 2,
    removed: 0,
    changed: 0,
  });
  expect(JSON.stringify(shadow.report())).not.toMatch(/Testi|010190/);
});

it('takes the share of the messages that was asked for, and the same ones each time', async () => {
  const ids = Array.from({ length: 200 }, (_, i) =>
    ((i * 2654435761) % 2 ** 32).toString(16).padStart(8, '0'),
  );
  const chosen = async () => {
    const { shadow, follow, results } = shadowOf(named, { share: 0.25 });
    for (const id of ids) follow(id);
    // They are taken in turn, so that with the last one all have been.
    follow('00000000', { kind: { id: 'last', version: '1' } });
    await vi.waitFor(() => expect(shadow.report().kinds.map(({ kind }) => kind)).toContain('last'));
    return results.length - 1;
  };
  const [one, other] = [await chosen(), await chosen()];
  expect(one).toBe(other);
  expect(one / ids.length).toBeGreaterThan(0.2);
  expect(one / ids.length).toBeLessThan(0.3);
});

it('says of messages that they would be held: for an invalid bundle, and for none', async () => {
  const invalid = shadowOf(named, { validate: () => [{ text: 'no', at: 'Patient.name' }] });
  invalid.follow();
  await vi.waitFor(() => expect(invalid.results).toEqual(['invalid']));
  const fails: Mappings = {
    ...named,
    map: () => {
      throw new BridgeError('mapping-failed');
    },
  };
  const failing = shadowOf(fails);
  failing.follow();
  await vi.waitFor(() => expect(failing.results).toEqual(['failed']));
  expect(failing.errors).toEqual([]);
});

it('never lets its own failure reach delivery, and goes on', async () => {
  let calls = 0;
  const defective: Mappings = {
    ...named,
    map: (...given) => {
      calls += 1;
      if (calls === 1) throw new TypeError('a defect');
      return named.map(...given);
    },
  };
  const { follow, results, errors } = shadowOf(defective);
  follow();
  follow();
  await vi.waitFor(() => expect(results).toEqual(['failed', 'different']));
  expect(errors).toHaveLength(1);
  expect(JSON.stringify(errors)).not.toContain('a defect');
});

it('maps nothing before delivery has had its turn, and skips what it has no time for', async () => {
  const map = vi.fn(named.map);
  const { shadow, follow, results } = shadowOf({ ...named, map });
  for (let i = 0; i < 150; i += 1) follow();
  expect(map).not.toHaveBeenCalled();
  await vi.waitFor(() => expect(map.mock.calls.length).toBeGreaterThan(90));
  expect(results.filter((result) => result === 'skipped').length).toBeGreaterThan(40);
  expect(shadow.report().messages.skipped).toBe(results.filter((result) => result === 'skipped').length);
});

it('begins to count anew when another version stands in the shadow', async () => {
  let version: Mappings | undefined = named;
  const { shadow, follow, results } = shadowOf(undefined, { current: () => version });
  follow();
  await vi.waitFor(() => expect(results).toHaveLength(1));
  version = load();
  follow();
  await vi.waitFor(() => expect(results).toHaveLength(2));
  expect(shadow.report().messages).toEqual({ same: 1, different: 0, invalid: 0, failed: 0, skipped: 0 });
  version = undefined;
  follow();
  await shadow.close();
  expect(results).toHaveLength(2);
});

it('compares with the bundle that delivery has, not with one made again', async () => {
  const { shadow, results } = shadowOf(load());
  const message = { assessment: assessment(), context: { ...context, messageId: '00000000' } };
  const made = live.map(message.assessment, message.context);
  const [first, ...rest] = made.bundle.entry ?? [];
  const patient: Patient = { resourceType: 'Patient', active: true };
  const bundle: Bundle = { ...made.bundle, entry: [{ ...first, resource: patient }, ...rest] };
  shadow.follow(live, { ...made, bundle }, message);
  await vi.waitFor(() => expect(results).toEqual(['different']));
});
