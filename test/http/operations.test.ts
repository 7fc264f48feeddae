import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openDoors } from './doors.ts';
import { holdOne, send, withMessages } from './sent.ts';

describe('the door of operations', () => {
  it('shows balanced books with the causes of what is held', async () => {
    const doors = await withMessages(3);
    await holdOne(doors);
    const ledger = (await doors.call({ url: '/v1/operations/ledger' })).json();
    expect(ledger).toMatchObject({
      accepted: 3,
      states: { received: 2, held: 1 },
      held: { 'patient-unknown': 1 },
      balanced: true,
    });
  });

  it('lists messages in pages until the last', async () => {
    const { call } = await withMessages(5);
    const seen: string[] = [];
    let after = '';
    for (let pages = 0; pages < 5; pages += 1) {
      const page = (await call({ url: `/v1/operations/messages?limit=2${after}` })).json();
      seen.push(...page.messages.map(({ assessment: id }: { assessment: string }) => id));
      if (page.next === undefined) break;
      after = `&after=${page.next}`;
    }
    expect(seen).toEqual(['case-4', 'case-3', 'case-2', 'case-1', 'case-0']);
  });

  it('lists by class, state and cause', async () => {
    const doors = await withMessages(4);
    const id = await holdOne(doors);
    const ids = async (query: string) =>
      (await doors.call({ url: `/v1/operations/messages?${query}` }))
        .json()
        .messages.map((message: { id: string }) => message.id);
    expect(await ids('state=held&cause=patient-unknown')).toEqual([id]);
    expect(await ids('class=P5')).toHaveLength(2);
    expect(await ids('from=2020-01-01T00:00:00Z')).toHaveLength(4);
    expect(await ids('from=2999-01-01T00:00:00Z')).toEqual([]);
    const { messages } = (await doors.call({ url: '/v1/operations/messages?class=P5' })).json();
    expect(messages).toMatchObject([{ class: 'P5' }, { class: 'P5' }]);
    expect(await ids('kind=uti&from=2020-01-01T00:00:00Z&to=2021-01-01T00:00:00Z')).toEqual([]);
  });

  it.each([
    'limit=0',
    'limit=201',
    'limit=x',
    'state=lost',
    'class=P9',
    'from=yesterday',
    'cause=DROP%20TABLE',
    'after=1',
    'limit=1&limit=2',
  ])('refuses the parameter %s and names it', async (query) => {
    const { call } = await openDoors();
    const response = await call({ url: `/v1/operations/messages?${query}` });
    expect(response.statusCode).toBe(400);
    expect(response.json().issue[0].expression).toEqual([query.split('=', 1)[0]]);
  });

  it('finds all editions of one assessment by the id that its sender gave it', async () => {
    const doors = await withMessages(2);
    await send(doors, { id: 'case-1', edition: 2 });
    const { messages } = (await doors.call({ url: '/v1/operations/messages?assessment=case-1' })).json();
    expect(messages).toMatchObject([
      { assessment: 'case-1', edition: 2 },
      { assessment: 'case-1', edition: 1 },
    ]);
  });

  it('says of a held message whose fault it is and what to do', async () => {
    const doors = await withMessages(1);
    const id = await holdOne(doors);
    const held = (await doors.call({ url: `/v1/operations/messages/${id}` })).json();
    expect(held.explanation).toMatch(/^RECORD: .*Open the patient/);
  });

  it('shows what is where at a glance, and what stands in the way', async () => {
    const until = Date.parse('2026-11-22T04:00:00Z');
    const doors = await openDoors({
      seen: {
        circuit: () => ({ state: 'open', cause: 'record-unreachable', until }),
        capabilities: () => ({ kind: 'read', gaps: [], lookUpGaps: ['Observation cannot be searched'] }),
        alarms: () => new Map([[1, 2]]),
        queue: { waiting: async () => 3, status: () => ({ kind: 'bullmq', connected: false }) },
      },
    });
    await send(doors, { id: 'urgent', urgency: { class: 'P1' } });
    await send(doors, { id: 'without', urgency: undefined });
    await holdOne(doors);
    const seen = (await doors.call({ url: '/v1/operations/queue' })).json();
    expect(seen).toMatchObject({
      record: {
        state: 'open',
        cause: 'record-unreachable',
        explanation: expect.stringMatching(/^RECORD: /),
        until: '2026-11-22T04:00:00.000Z',
        statement: 'read',
        lookUpGaps: ['Observation cannot be searched'],
      },
      wakes: { kind: 'bullmq', connected: false, waiting: 3 },
      unfinished: [{ class: 'P1', count: 1 }, { count: 1 }],
      alarms: [{ class: 'P1', count: 2 }],
      news: [{ to: 'sender', count: 1 }],
    });
    expect(seen.paused).toBeUndefined();
    expect(seen.unfinished[1].class).toBeUndefined();
  });

  it('says why the record system could not be asked what it offers', async () => {
    const { call } = await openDoors({
      seen: { capabilities: () => ({ kind: 'unreadable', why: 'it answered 503' }) },
    });
    const { record } = (await call({ url: '/v1/operations/queue' })).json();
    expect(record).toMatchObject({ state: 'closed', statement: 'unreadable', why: 'it answered 503' });
  });

  it('gives the retry policy', async () => {
    const { call } = await openDoors();
    const { rules } = (await call({ url: '/v1/operations/retry-policy' })).json();
    expect(rules).toContainEqual(
      expect.objectContaining({ obstacle: 'write-unclear', fault: 'RECORD', behaviour: 'look-up' }),
    );
    expect(rules).toContainEqual(
      expect.objectContaining({ obstacle: 'not-sent', pause: { first: 5, most: 600 }, limit: 1_209_600 }),
    );
  });
});

it('says of a later edition that it waits for the earlier one', async () => {
  const doors = await openDoors();
  await send(doors, { edition: 1 });
  const id = await send(doors, { edition: 2 });
  expect((await doors.call({ url: `/v1/assessments/${id}` })).json()).toMatchObject({
    cause: 'earlier-edition',
    explanation: 'An earlier edition of this assessment must be finished first.',
  });
});

describe('the door of those who watch the bridge', () => {
  it('is live and ready', async () => {
    const { call } = await openDoors();
    expect((await call({ url: '/health/live' })).json().status).toBe('ok');
    expect((await call({ url: '/health/ready' })).json()).toEqual({
      status: 'ok',
      checks: [{ name: 'message log', ok: true }],
    });
  });

  it('is ready, but says so, while something that delivering needs does not work', async () => {
    const broken = { name: 'way to the record system', ok: false, note: 'open' };
    const { call } = await openDoors({ checks: [broken] });
    const ready = await call({ url: '/health/ready' });
    expect(ready.statusCode).toBe(200);
    expect(ready.json()).toEqual({ status: 'degraded', checks: [{ name: 'message log', ok: true }, broken] });
  });

  it('counts answers by method, pattern of the address and status', async () => {
    const { call } = await openDoors();
    await call({ url: '/v1/assessments/020516C903K' });
    const { body } = await call({ url: '/metrics' });
    expect(body).toContain(
      'bridge_http_answer_seconds_count{method="GET",route="/v1/assessments/:id",status="404"} 1',
    );
  });

  it('is told of an unforeseen failure by its place, never by a message that may quote somebody', async () => {
    const { app, lines } = await openDoors();
    app.get('/boom', () => {
      throw new Error('KANARIALINTU');
    });
    const response = await app.inject({ url: '/boom' });
    expect(response.statusCode).toBe(500);
    expect(response.json().issue[0].details.coding[0].code).toBe('internal');
    const log = lines.join('');
    expect(log).toContain('operations.test.ts');
    expect(response.body + log).not.toContain('KANARIALINTU');
  });

  it('is not ready when the message log is gone', async () => {
    const { call, log } = await openDoors();
    await log.close();
    expect((await call({ url: '/health/ready' })).statusCode).toBe(503);
    const refused = await call({ url: '/v1/operations/ledger' });
    expect(refused.statusCode).toBe(503);
    expect(refused.json().issue[0].details.coding[0].code).toBe('log-unavailable');
    expect(refused.headers['retry-after']).toMatch(/^\d+$/);
  });

  it('gives figures by state, cause and class, without anything of a message', async () => {
    const doors = await withMessages(2);
    await holdOne(doors);
    const metrics = (await doors.call({ url: '/metrics' })).body;
    expect(metrics).toContain('bridge_messages_accepted 2');
    expect(metrics).toContain('bridge_messages_held{cause="patient-unknown"} 1');
    expect(metrics).toContain('bridge_messages_unfinished{class="P5"} 1');
    expect(metrics).toMatch(/bridge_oldest_unfinished_seconds\{class="P5"\} \d/);
    expect(metrics).not.toContain('case-0');
  });

  it('serves the contract that it keeps to', async () => {
    const { call } = await openDoors();
    expect((await call({ url: '/openapi.yaml' })).body).toBe(readFileSync('openapi.yaml', 'utf8'));
  });
});
