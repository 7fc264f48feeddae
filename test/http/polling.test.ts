import { describe, expect, it } from 'vitest';
import { act, claimOne, holdOne, send, withMessages } from './sent.ts';

describe('a sender that asks what became of its assessments', () => {
  it('finds what is held or waits, and why, by its own ids', async () => {
    const doors = await withMessages(3);
    await holdOne(doors);
    const due = Date.now() + 60_000;
    const waiting = await claimOne(doors);
    await doors.log.finish(waiting, { state: 'waiting', reason: 'encounter-missing', due }, Date.now());
    const ask = async (query: string) => (await doors.call({ url: `/v1/assessments?${query}` })).json();
    expect(await ask('state=held')).toMatchObject({
      assessments: [{ assessment: 'case-0', edition: 1, cause: 'patient-unknown', class: 'P1' }],
    });
    expect(await ask('state=waiting&cause=encounter-missing')).toMatchObject({
      assessments: [{ id: waiting.id, assessment: 'case-2' }],
    });
    expect(await ask('from=2999-01-01T00:00:00Z')).toEqual({ assessments: [] });
  });

  it('is told what it needs and no more', async () => {
    const doors = await withMessages(1);
    await holdOne(doors);
    const [seen] = (await doors.call({ url: '/v1/assessments' })).json().assessments;
    expect(Object.keys(seen).toSorted()).toEqual(
      ['acceptedAt', 'assessment', 'cause', 'class', 'edition', 'id', 'kind', 'sentAt', 'state'].toSorted(),
    );
  });

  it('finds all editions of one id, and pages through many', async () => {
    const doors = await withMessages(3);
    await send(doors, { id: 'case-1', edition: 2 });
    const { assessments } = (await doors.call({ url: '/v1/assessments?assessment=case-1' })).json();
    expect(assessments.map(({ edition }: { edition: number }) => edition)).toEqual([2, 1]);
    const first = (await doors.call({ url: '/v1/assessments?limit=3' })).json();
    const second = (await doors.call({ url: `/v1/assessments?limit=3&after=${first.next}` })).json();
    expect(second.assessments).toMatchObject([{ assessment: 'case-0' }]);
    expect(second.next).toBeUndefined();
  });

  it('sees its own source only', async () => {
    const doors = await withMessages(1);
    const { message } = doors.log;
    const [mine] = (await doors.call({ url: '/v1/assessments' })).json().assessments;
    const own = await message(mine.id);
    expect(own?.source).toBe('omaolo');
    await doors.log.accept({
      id: '01a20016-0d35-77cf-84fc-4e140973d04e',
      source: 'another',
      assessment: 'theirs',
      edition: 1,
      kind: 'uti',
      kindVersion: '1',
      title: 'Uti',
      urgency: 3,
      sentAt: 0,
      acceptedAt: Date.now(),
      trial: false,
      correlation: 'c',
      format: 'assessment',
      payload: Buffer.from('{}'),
    });
    expect((await doors.call({ url: '/v1/assessments' })).json().assessments).toHaveLength(1);
    expect((await doors.call({ url: '/v1/operations/messages' })).json().messages).toHaveLength(2);
  });

  it('is not told who of operations did what, why, nor what was chosen', async () => {
    const doors = await withMessages(1);
    const id = await holdOne(doors, 'patient-several');
    await act(doors, `messages/${id}/resolution`, { act: 'choose', patient: 'eJzlzKe3KPzAV5TtkxmNivQ3' });
    const seen = await doors.call({ url: `/v1/assessments/${id}` });
    expect(seen.json().history.at(-1)).toMatchObject({ type: 'chosen', state: 'received' });
    expect(seen.body).not.toMatch(/Aino|opened the patient|eJzlzKe3/);
    const withdrawn = await doors.call({ method: 'POST', url: `/v1/assessments/${id}/withdrawal` });
    expect(withdrawn.json().state).toBe('withdrawn');
    expect(withdrawn.body).not.toMatch(/Aino|opened the patient|eJzlzKe3/);
  });
});
