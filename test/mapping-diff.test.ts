import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { assessmentOf, copyMappings, edit, eventually, runBridge } from './running-bridge.ts';
import { temporaryFolder } from './temporary.ts';

const PATIENT = 'shared/patient.yaml';
const TEXTS = 'texts/fi.yaml';
const text = (file: string) => readFileSync(join('mappings', file), 'utf8');
const headed = text(TEXTS).replace(/^( *)reason: .*$/m, '$1reason: AIVAN UUSI');

describe('POST /v1/mappings/diff', () => {
  it('tells which elements of stored messages a changed mapping would make otherwise, and by which rules', async () => {
    const { call, send } = await runBridge();
    for (let i = 0; i < 3; i += 1) await send(assessmentOf());
    await send(assessmentOf('no-such-kind'));
    const files = { [PATIENT]: `${text(PATIENT)}\nactive: true\n`, [TEXTS]: headed };
    const answer = await call('POST', '/v1/mappings/diff', { files, last: 1000 });
    expect(answer.statusCode).toBe(200);
    const { live, proposed, changes, elements, ...told } = answer.json();
    expect(live).toBe((await call('GET', '/v1/mappings')).json().digest);
    expect(proposed).not.toBe(live);
    expect(told).toEqual({
      files: { changed: [PATIENT, TEXTS], added: [], removed: [] },
      messages: { compared: 4, same: 0, different: 4, invalid: 0, failed: 0, unreadable: 0 },
    });
    expect(elements).toContainEqual({
      element: 'Patient.active',
      messages: 4,
      added: 4,
      removed: 0,
      changed: 0,
    });
    expect(changes.map(({ kind }: { kind: string }) => kind)).toEqual(['no-such-kind', 'uti', 'uti', 'uti']);
    expect(changes[0].elements).toContainEqual({
      element: 'Patient.active',
      change: 'added',
      newRule: expect.stringMatching(/^mappings\/shared\/patient\.yaml:\d+:\d+$/),
    });
    const note = changes[1].elements.find(({ element }: { element: string }) => element.endsWith('.data'));
    expect(note).toMatchObject({
      element: 'DocumentReference.content[0].attachment.data',
      change: 'changed',
      oldRule: expect.stringMatching(/^mappings\/.*\.yaml:\d+:\d+$/),
      newRule: expect.stringMatching(/^mappings\/.*\.yaml:\d+:\d+$/),
    });
  });

  it('never shows a value of a message, and changes nothing', async () => {
    const { call, send } = await runBridge();
    const assessment = assessmentOf();
    const message = await send({
      ...assessment,
      client: { ...assessment.client, names: { family: 'Kanariainen', given: ['Keltasulka'] } },
    });
    const files = {
      [PATIENT]: `${text(PATIENT)}\ncontact: [{ name: { text: "{{ client.names.family }}" } }]\n`,
    };
    const answer = await call('POST', '/v1/mappings/diff', { files });
    expect(answer.json().messages).toMatchObject({ compared: 1, different: 1 });
    expect(answer.body).not.toMatch(/Kanariainen|Keltasulka/);
    expect(answer.body).not.toContain(assessment.client.hetu);
    expect((await call('GET', `/v1/assessments/${message.id}`)).json()).toEqual(message);
  });

  it('says nothing where nothing changes, and asks only the kind and number that were wanted', async () => {
    const { call, send } = await runBridge();
    for (const kind of ['uti', 'uti', 'cough']) await send(assessmentOf(kind));
    const files = { [PATIENT]: `# a comment\n${text(PATIENT)}` };
    const messages = async (asked: object) => {
      const answer = (await call('POST', '/v1/mappings/diff', { files, ...asked })).json();
      expect(answer).toMatchObject({ changes: [], elements: [] });
      expect(answer.messages.same).toBe(answer.messages.compared);
      return answer.messages.compared;
    };
    expect(await messages({})).toBe(3);
    expect(await messages({ kind: 'cough' })).toBe(1);
    expect(await messages({ last: 2 })).toBe(2);
    expect(await messages({ kind: 'nose' })).toBe(0);
  });

  it('tells whether the new bundles could still be sent', async () => {
    const { call, send } = await runBridge();
    await send(assessmentOf());
    const files = { [PATIENT]: text(PATIENT).replace(/^birthDate: .*$/m, 'birthDate: "{{ language }}"') };
    const { messages, changes } = (await call('POST', '/v1/mappings/diff', { files })).json();
    expect(messages).toMatchObject({ compared: 1, invalid: 1, failed: 0 });
    expect(changes[0].faults[0].at).toContain('birthDate');
  });

  it('refuses a version with mistakes, each at its place, and what is not a request', async () => {
    const { call } = await runBridge();
    const diff = (body: object) => call('POST', '/v1/mappings/diff', body);
    const broken = await diff({ files: { [PATIENT]: `${text(PATIENT)}\nbirthdate: x\n` } });
    expect(broken.statusCode).toBe(422);
    expect(broken.json().issue[0]).toMatchObject({
      details: { coding: [{ code: 'mapping-refused' }] },
      expression: [expect.stringMatching(/^mappings\/shared\/patient\.yaml:\d+:1$/)],
    });
    const missing = await diff({ files: { [PATIENT]: null } });
    expect(missing.json().issue[0].expression).toEqual([
      expect.stringMatching(/^mappings\/resources\.yaml:\d+:\d+$/),
    ]);
    expect(missing.json().issue[0].diagnostics).toMatch(
      /^SENDER: There is no file mappings\/shared\/patient\.yaml\. Correct/,
    );
    for (const body of [
      {},
      { files: {} },
      { files: { '../secret.yaml': 'x' } },
      { files: { 'routes/apotti.yaml': 'x' } },
      { files: { [PATIENT]: 7 } },
      { files: { [PATIENT]: 'x' }, last: 0 },
      { files: { [PATIENT]: 'x' }, last: 1001 },
      { files: { [PATIENT]: 'x' }, verbose: true },
    ]) {
      expect((await diff(body)).statusCode, JSON.stringify(body)).toBe(400);
    }
  });

  it('takes one request at a time and answers others meanwhile', async () => {
    const { call, send } = await runBridge();
    for (let i = 0; i < 4; i += 1) await send(assessmentOf());
    const files = { [TEXTS]: headed };
    const [one, other, health] = await Promise.all([
      call('POST', '/v1/mappings/diff', { files }),
      call('POST', '/v1/mappings/diff', { files }),
      call('GET', '/health/live'),
    ]);
    expect([one.statusCode, other.statusCode].sort()).toEqual([200, 503]);
    expect(health.statusCode).toBe(200);
  });
});

describe('GET /v1/mappings/shadow', () => {
  it('shows what the version in the shadow made differently, while the live one is delivered', async () => {
    const shadow = copyMappings(temporaryFolder(), 'proposed');
    edit(shadow, TEXTS, () => headed);
    const { call, send, noteOf } = await runBridge({ SHADOW_MAPPINGS_DIR: shadow, SHADOW_SHARE: '1' });
    const report = async () => (await call('GET', '/v1/mappings/shadow')).json();
    await vi.waitFor(async () => expect(await report()).toHaveProperty('digest'), eventually);
    const message = await send(assessmentOf());
    expect(noteOf(message)).not.toContain('AIVAN UUSI');
    const found = await vi.waitFor(async () => {
      const now = await report();
      expect(now.messages.different).toBe(1);
      return now;
    }, eventually);
    expect(found.kinds).toMatchObject([{ kind: 'uti' }]);
    expect(found.kinds[0].elements.map(({ element }: { element: string }) => element)).toContain(
      'DocumentReference.content[].attachment.data',
    );
    expect(found.compared.live).toBe((await call('GET', '/v1/mappings')).json().digest);
    expect((await call('GET', '/metrics')).body).toContain(
      'bridge_shadow_messages_total{result="different"} 1',
    );
  });

  it('says what is wrong with a shadow that cannot be loaded, and delivers all the same', async () => {
    const shadow = copyMappings(temporaryFolder(), 'proposed');
    edit(shadow, PATIENT, (before) => `${before}\nbirthdate: x\n`);
    const { call, send, ready } = await runBridge({ SHADOW_MAPPINGS_DIR: shadow, SHADOW_SHARE: '1' });
    expect(await send(assessmentOf())).toMatchObject({ state: 'delivered' });
    const report = await vi.waitFor(async () => {
      const now = (await call('GET', '/v1/mappings/shadow')).json();
      expect(now).toHaveProperty('broken');
      return now;
    }, eventually);
    expect(report.broken.mistakes[0].at).toMatch(/^proposed\/shared\/patient\.yaml:\d+:1$/);
    expect(await ready()).toMatchObject({ ok: true });
  });

  it('is not found where none is configured', async () => {
    const { call } = await runBridge();
    expect((await call('GET', '/v1/mappings/shadow')).statusCode).toBe(404);
  });
});
