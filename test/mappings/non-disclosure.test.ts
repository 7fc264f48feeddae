import { describe, expect, test } from 'vitest';
import type { Assessment } from '../../src/assessment/assessment.ts';
import { mapped, noteOf, resources, sample, samples } from './live.ts';

/** Everything that tells where a person under non-disclosure lives or how to reach her. */
function secrets({ client, filledBy, recipient, bookingRight }: Assessment): string[] {
  const contacts = [client.contact, filledBy.person?.contact];
  return [
    ...contacts.flatMap((contact) => [contact?.phone, contact?.email, contact?.address?.city]),
    ...contacts.flatMap((contact) => [...(contact?.address?.lines ?? []), contact?.address?.postalCode]),
    ...[client.municipality?.label, recipient.unit?.name, recipient.queue?.name, bookingRight?.unit?.name],
  ].filter((secret) => secret !== undefined);
}

const hidden = samples.filter(({ assessment }) => assessment.client.nonDisclosure === true);

describe.each(hidden)('under non-disclosure, the sample $name', ({ assessment }) => {
  const bundle = mapped(assessment);

  test('has something to hide', () => {
    expect(secrets(assessment).length).toBeGreaterThan(5);
  });

  test('tells no contact data, municipality or unit in any resource', () => {
    const everything = JSON.stringify(bundle);
    for (const secret of secrets(assessment)) expect(everything).not.toContain(secret);
    const { code } = assessment.client.municipality ?? {};
    expect(code).toMatch(/^\d+$/);
    expect(everything).not.toContain(`"${code}"`);
  });

  test('tells none of them in the note', () => {
    const note = noteOf(bundle);
    for (const secret of secrets(assessment)) expect(note).not.toContain(secret);
    expect(note).toContain('Turvakielto.');
  });

  test('is labelled in every resource', () => {
    for (const { resource } of bundle.entry ?? []) {
      expect(resource?.meta?.security, resource?.resourceType).toMatchObject([{ code: 'TURVAKIELTO' }]);
    }
    expect(resources(bundle, 'DocumentReference')[0]?.securityLabel).toMatchObject([
      { coding: [{ code: 'TURVAKIELTO' }] },
    ]);
  });
});

describe('without non-disclosure', () => {
  const open = sample('uti-fi');

  test('all of it is there, for the professional to reach the client', () => {
    const note = noteOf(mapped(open));
    const told = secrets(open);
    expect(told.length).toBeGreaterThan(5);
    expect(told.filter((each) => !note.includes(each))).toEqual([]);
  });

  test('turning it on hides all of it', () => {
    const bundle = mapped({ ...open, client: { ...open.client, nonDisclosure: true } });
    const [patient] = resources(bundle, 'Patient');
    expect(patient).not.toHaveProperty('telecom');
    expect(patient).not.toHaveProperty('address');
    expect(patient).not.toHaveProperty('extension');
    expect(JSON.stringify(bundle) + noteOf(bundle)).not.toContain(open.client.contact?.phone);
  });
});
