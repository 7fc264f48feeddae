import { describe, expect, it } from 'vitest';
import { openDoors } from './doors.ts';
import { act, holdInDoubt, holdOne, send, withMessages } from './sent.ts';

const who = { who: 'Aino Hoitaja', why: 'opened the patient' };

describe('a person who sends one message again', () => {
  it('stands in the history of a held message with name and reason, and wakes the workers', async () => {
    const doors = await withMessages(1);
    const id = await holdOne(doors);
    const again = (await act(doors, `messages/${id}/retry`)).json();
    expect(again.state).toBe('received');
    expect(again.history.at(-1)).toMatchObject({ type: 'redriven', by: who });
    expect(doors.woken.at(-1)).toMatchObject({ id, urgency: 1 });
  });

  it('makes a waiting message due now', async () => {
    const doors = await withMessages(1);
    const [claim] = await doors.log.claim({ now: Date.now(), lease: 1000, limit: 1 });
    if (claim === undefined) throw new Error('there was nothing to claim');
    const due = Date.now() + 3_600_000;
    await doors.log.finish(claim, { state: 'waiting', reason: 'encounter-missing', due }, Date.now());
    const hurried = (await act(doors, `messages/${claim.id}/retry`)).json();
    expect(hurried).toMatchObject({ state: 'waiting', cause: 'encounter-missing' });
    expect(hurried.history.at(-1)).toMatchObject({ type: 'hurried', by: who });
    expect(await doors.log.due({ now: Date.now(), limit: 10 })).toHaveLength(1);
  });

  it('is told when there is no such message', async () => {
    const doors = await openDoors();
    const missing = '01a20016-0d35-77cf-84fc-4e140973d04e';
    expect((await act(doors, `messages/${missing}/retry`)).statusCode).toBe(404);
    expect((await act(doors, `messages/${missing}/resolution`, { act: 'again' })).statusCode).toBe(404);
  });
});

describe('a person who resolves a message', () => {
  it('chooses the patient and the encounter, and the choice is shown', async () => {
    const doors = await withMessages(1);
    const id = await holdOne(doors, 'patient-several');
    const choice = { patient: 'eJzlzKe3KPzAV5TtkxmNivQ3', encounter: 'e2.B-1' };
    const chosen = (await act(doors, `messages/${id}/resolution`, { act: 'choose', ...choice })).json();
    expect(chosen).toMatchObject({ state: 'received', chosen: choice });
    expect(chosen.history.at(-1)).toMatchObject({ type: 'chosen', by: who });
    expect(doors.woken.at(-1)).toMatchObject({ id });
    const shown = (await doors.call({ url: `/v1/operations/messages/${id}` })).json();
    expect(shown).toEqual(chosen);
  });

  it('says that it is filed, and where', async () => {
    const doors = await withMessages(1);
    const id = await holdInDoubt(doors);
    const location = 'DocumentReference/eK79FKQFWH9r3z4MRdgqB';
    const filed = (await act(doors, `messages/${id}/resolution`, { act: 'filed', location })).json();
    expect(filed.state).toBe('delivered');
    expect(filed.steps.at(-1)).toMatchObject({ state: 'done', location });
    expect(filed.history.at(-1)).toMatchObject({ type: 'filed', by: who });
  });

  it('says that a write in doubt is not in the record, and it goes on', async () => {
    const doors = await withMessages(1);
    const id = await holdInDoubt(doors);
    const absent = (await act(doors, `messages/${id}/resolution`, { act: 'absent' })).json();
    expect(absent.state).toBe('received');
    expect(absent.steps.at(-1).state).toBe('refused');
    expect(absent.history.at(-1)).toMatchObject({ type: 'absent', by: who });
  });

  it('withdraws it, and the next edition of the case may go', async () => {
    const doors = await openDoors();
    await send(doors, { id: 'case', edition: 1 });
    const next = await send(doors, { id: 'case', edition: 2 });
    const id = await holdOne(doors);
    doors.woken.length = 0;
    const withdrawn = (await act(doors, `messages/${id}/resolution`, { act: 'withdraw' })).json();
    expect(withdrawn.state).toBe('withdrawn');
    expect(doors.woken).toHaveLength(1);
    expect(await doors.log.due({ now: Date.now(), limit: 10 })).toMatchObject([{ id: next }]);
  });

  it('cannot withdraw what may have been written', async () => {
    const doors = await withMessages(1);
    const id = await holdInDoubt(doors);
    const refused = await act(doors, `messages/${id}/resolution`, { act: 'withdraw' });
    expect(refused.statusCode).toBe(409);
    expect(refused.json().issue[0].details.coding[0].code).toBe('withdrawal-too-late');
  });

  it.each(['filed', 'absent', 'again'])('cannot say "%s" of a message on its way', async (name) => {
    const doors = await openDoors();
    const id = await send(doors);
    const refused = await act(doors, `messages/${id}/resolution`, { act: name });
    expect(refused.statusCode).toBe(409);
    expect(refused.json().issue[0].details.coding[0].code).toBe('resolution-unfit');
    expect(refused.json().issue[0].diagnostics).toContain('watch-and-mend.md');
  });
});

describe('a person who redrives by cause', () => {
  async function threeHeld() {
    const doors = await withMessages(4);
    const ids = [await holdOne(doors), await holdOne(doors), await holdOne(doors)];
    await holdOne(doors, 'record-refused');
    doors.woken.length = 0;
    return { doors, ids };
  }

  it('is only told what would go, unless it is asked for in so many words', async () => {
    const { doors, ids } = await threeHeld();
    const dry = (await act(doors, 'redrive', { cause: 'patient-unknown' })).json();
    expect(dry).toMatchObject({ dryRun: true, matching: 3 });
    expect(dry.messages.map(({ id }: { id: string }) => id)).toEqual(ids);
    expect(dry.messages[0].class).toBe('P1');
    expect((await doors.log.ledger()).held).toEqual({ 'patient-unknown': 3, 'record-refused': 1 });
    expect(doors.woken).toEqual([]);
  });

  it.each([2, 'PT2S'])('sends the most urgent first, with a cap and a spacing of %s', async (spacing) => {
    const { doors, ids } = await threeHeld();
    const order = { cause: 'patient-unknown', limit: 2, spacing, dryRun: false };
    const redriven = (await act(doors, 'redrive', order)).json();
    expect(redriven).toMatchObject({
      dryRun: false,
      matching: 3,
      messages: [{ id: ids[0] }, { id: ids[1] }],
    });
    const [first = 0, second = 0] = redriven.messages.map(({ due }: { due: string }) => Date.parse(due));
    expect(second - first).toBe(2000);
    expect(doors.woken).toMatchObject([
      { id: ids[0], due: first },
      { id: ids[1], due: second },
    ]);
    expect((await doors.log.ledger()).held).toEqual({ 'patient-unknown': 1, 'record-refused': 1 });
    const message = (await doors.call({ url: `/v1/operations/messages/${ids[1]}` })).json();
    expect(message.history.at(-1)).toMatchObject({ type: 'redriven', by: who });
    const { acts } = (await doors.call({ url: '/v1/operations/acts' })).json();
    expect(acts).toMatchObject([{ act: 'redrive', ...who, note: expect.stringContaining('2 of 3') }]);
  });

  it('narrows the order by class, kind and time', async () => {
    const { doors } = await threeHeld();
    const matching = async (order: Record<string, unknown>) =>
      (await act(doors, 'redrive', { cause: 'patient-unknown', ...order })).json().matching;
    expect(await matching({ class: 'P1' })).toBe(2);
    expect(await matching({ kind: 'uti' })).toBe(3);
    expect(await matching({ kind: 'cough' })).toBe(0);
    expect(await matching({ from: '2020-01-01T00:00:00Z', to: '2999-01-01T00:00:00Z' })).toBe(3);
    expect(await matching({ to: '2020-01-01T00:00:00Z' })).toBe(0);
  });
});

describe('a person who pauses delivery', () => {
  it('stops it, is named until it goes on again, and stands among the acts', async () => {
    const doors = await withMessages(2);
    const claim = () => doors.log.claim({ now: Date.now(), lease: 1000, limit: 1 });
    const paused = (await act(doors, 'pause', { why: 'upgrade of the record system' })).json();
    expect(paused.paused).toMatchObject({ who: who.who, why: 'upgrade of the record system' });
    expect(await claim()).toEqual([]);
    const seen = (await doors.call({ url: '/v1/operations/queue' })).json();
    expect(seen.paused).toEqual(paused.paused);
    doors.woken.length = 0;
    expect((await act(doors, 'resume', { why: 'upgraded' })).json()).toEqual({});
    expect(doors.woken).toHaveLength(2);
    expect(await claim()).toHaveLength(1);
    const { acts } = (await doors.call({ url: '/v1/operations/acts?limit=2' })).json();
    expect(acts).toMatchObject([{ act: 'resume', why: 'upgraded' }, { act: 'pause' }]);
  });
});

describe('what a person sends', () => {
  const message = 'messages/01a20016-0d35-77cf-84fc-4e140973d04e';

  it.each<[string, Record<string, unknown>, string]>([
    ['pause', { by: undefined }, '/by'],
    ['pause', { why: ' ' }, '/why'],
    ['pause', { why: 'two\nlines' }, '/why'],
    ['pause', { by: 'x'.repeat(201) }, '/by'],
    ['resume', { until: 'tomorrow' }, '/'],
    [`${message}/retry`, { act: 'again' }, '/'],
    [`${message}/resolution`, {}, '/act'],
    [`${message}/resolution`, { act: 'delete' }, '/'],
    [`${message}/resolution`, { act: 'choose' }, '/patient'],
    [`${message}/resolution`, { act: 'choose', patient: 'Patient/1' }, '/patient'],
    [`${message}/resolution`, { act: 'filed', location: 'https://apotti.example/1' }, '/location'],
    [`${message}/resolution`, { act: 'again', patient: 'e1' }, '/'],
    ['redrive', {}, '/cause'],
    ['redrive', { cause: 'bad-weather' }, '/cause'],
    ['redrive', { cause: 'patient-unknown', limit: 1001 }, '/limit'],
    ['redrive', { cause: 'patient-unknown', spacing: 3601 }, '/spacing'],
    ['redrive', { cause: 'patient-unknown', spacing: 'PT61M' }, '/spacing'],
    ['redrive', { cause: 'patient-unknown', spacing: 'PTTTT' }, '/spacing'],
    ['redrive', { cause: 'patient-unknown', dryRun: 'no' }, '/dryRun'],
    ['redrive', { cause: 'patient-unknown', from: 'yesterday' }, '/from'],
  ])('is refused where it is not as the contract says: %s %j', async (path, body, at) => {
    const doors = await openDoors();
    const refused = await act(doors, path, body);
    expect(refused.statusCode).toBe(400);
    const [issue] = refused.json().issue;
    expect(issue.details.coding[0].code).toBe('parameter-invalid');
    expect(issue.expression).toEqual([at]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['pause', { why: 'asked about 020516C903K' }, '/why'],
    ['pause', { by: '140688-902n' }, '/by'],
    [`${message}/retry`, { why: 'code was 140688\u2013902N.' }, '/why'],
    [`${message}/resolution`, { act: 'choose', patient: '140688-902N' }, '/patient'],
    ['redrive', { cause: 'patient-unknown', why: '140688 - 902X' }, '/why'],
  ])('may hold no identity code, not even a mistyped one: %s %j', async (path, body, at) => {
    const doors = await openDoors();
    const refused = await act(doors, path, body);
    expect(refused.statusCode).toBe(422);
    const [issue] = refused.json().issue;
    expect(issue).toMatchObject({ expression: [at], details: { coding: [{ code: 'hetu-in-words' }] } });
    expect(refused.body + doors.lines.join('')).not.toMatch(/020516C903K|140688/i);
    expect(await doors.log.paused()).toBeUndefined();
  });

  it('must be there at all', async () => {
    const { call } = await openDoors();
    const response = await call({ method: 'POST', url: '/v1/operations/pause' });
    expect(response.statusCode).toBe(400);
  });
});
