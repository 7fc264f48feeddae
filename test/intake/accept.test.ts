import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createIntake, type IntakeOptions } from '../../src/intake/accept.ts';
import { readContract } from '../../src/intake/contract.ts';
import { loadSourceSettings } from '../../src/intake/fhir/settings.ts';
import { formatsOf } from '../../src/intake/formats.ts';
import type { Accepted, NewMessage } from '../../src/log/message.ts';

const contract = readContract(readFileSync('openapi.yaml', 'utf8'));
const sample = readFileSync('mappings/symptom-assessment/samples/uti-fi.json');
const assessment: { kind: object; times: { sent: string } } & Record<string, unknown> = JSON.parse(
  sample.toString(),
);
const from = { source: 'omaolo', correlation: 'c', format: 'assessment' } as const;
const settings = loadSourceSettings('mappings/sources/questionnaire-response.yaml');

/** An intake over a log that answers as told, and what it was given. */
function open(changes: Partial<IntakeOptions> = {}, answer: Partial<Accepted> = {}) {
  const stored: NewMessage[] = [];
  const woken: unknown[] = [];
  const intake = createIntake({
    log: {
      accept: async (message) => {
        stored.push(message);
        const { id, correlation } = message;
        return { outcome: 'accepted', id, state: 'received', correlation, ...answer };
      },
    },
    contract,
    formats: formatsOf(settings, () => []),
    needs: () => [],
    hetuPolicy: 'artificial',
    maxDepth: 32,
    maxPending: 10,
    title: () => undefined,
    newId: () => 'm1',
    now: () => Date.parse('2026-11-21T12:00:00Z'),
    wake: (messages) => void woken.push(...messages),
    ...changes,
  });
  return { intake, stored, woken };
}

const body = (changes: object) => Buffer.from(JSON.stringify({ ...assessment, ...changes }));

describe('accepting', () => {
  it('keeps the body byte for byte, with what orders and names the message', async () => {
    const { intake, stored } = open();
    const laidOut = Buffer.from(JSON.stringify({ ...assessment, urgency: { class: 'P3' } }, null, 2));
    await intake.accept(laidOut, from);
    expect(stored).toMatchObject([
      {
        id: 'm1',
        source: 'omaolo',
        correlation: 'c',
        edition: 1,
        urgency: 3,
        sentAt: Date.parse(assessment.times.sent),
        acceptedAt: Date.parse('2026-11-21T12:00:00Z'),
        trial: false,
        payload: laidOut,
      },
    ]);
  });

  it('orders by the title of the catalogue, else by the one that was sent, else by the kind', async () => {
    const title = async (changes: Partial<IntakeOptions>, kind: object) => {
      const { intake, stored } = open(changes);
      await intake.accept(body({ kind: { id: 'uti', version: '1', ...kind } }), from);
      return stored[0]?.title;
    };
    const catalogue = { title: () => 'Virtsatietulehdus' };
    expect(await title(catalogue, { title: 'Sent' })).toBe('Virtsatietulehdus');
    expect(await title({}, { title: 'Sent' })).toBe('Sent');
    expect(await title({}, {})).toBe('uti');
  });

  it('wakes the workers for what may go, and for nothing else', async () => {
    const ready = open();
    await ready.intake.accept(body({ urgency: { class: 'P3' } }), from);
    expect(ready.woken).toEqual([{ id: 'm1', urgency: 3, due: Date.parse('2026-11-21T12:00:00Z') }]);
    const waiting = open({}, { state: 'waiting' });
    await waiting.intake.accept(sample, from);
    expect(waiting.woken).toEqual([]);
  });

  it('refuses other content under an accepted edition, and says which message has it', async () => {
    const { intake, woken } = open({}, { outcome: 'conflict', id: 'm0' });
    await expect(intake.accept(sample, from)).rejects.toMatchObject({
      code: 'edition-conflict',
      details: [{ text: 'it was accepted as m0', at: '/edition' }],
    });
    expect(woken).toEqual([]);
  });

  it('lets so many wait for the disk and no more, until one of them is done', async () => {
    const disk = Promise.withResolvers<Accepted>();
    const { intake } = open({ maxPending: 2, log: { accept: () => disk.promise } });
    const both = [intake.accept(sample, from), intake.accept(sample, from)];
    await expect(intake.accept(sample, from)).rejects.toMatchObject({ code: 'overloaded', retryAfter: 1 });
    disk.resolve({ outcome: 'accepted', id: 'm1', state: 'received', correlation: 'c' });
    await Promise.all(both);
    await expect(intake.accept(sample, from)).resolves.toMatchObject({ outcome: 'accepted' });
  });

  it('gives the place up also when the log fails', async () => {
    const { intake } = open({ maxPending: 1, log: { accept: () => Promise.reject(new Error('disk')) } });
    for (let tries = 0; tries < 3; tries += 1) {
      await expect(intake.accept(sample, from)).rejects.toThrow('disk');
    }
  });

  it('counts days as Finland does: who was born today is taken after midnight there', async () => {
    const bornOnThe21st = body({ client: { hetu: '211126A9016' } });
    const read = (time: string) => () => open({ now: () => Date.parse(time) }).intake.read(bornOnThe21st);
    expect(read('2026-11-20T21:59:00Z')).toThrow(expect.objectContaining({ code: 'hetu-invalid' }));
    expect(read('2026-11-20T22:00:00Z')).not.toThrow();
  });

  it('reads identity codes in the form of the registers', () => {
    const { intake } = open();
    expect(intake.read(body({ client: { hetu: '020516c903k' } })).client.hetu).toBe('020516C903K');
  });
});
