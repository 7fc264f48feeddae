import { expect, it } from 'vitest';
import type { FindingKind } from '../../src/record/finding.ts';
import { type Answer, answer, outcome, recordAt, scripted } from './server.ts';

const bundle = {
  resourceType: 'Bundle',
  type: 'transaction',
  entry: ['Task', 'DocumentReference'].map((resourceType) => ({ resource: { resourceType } })),
};

const task = { response: { status: '201 Created', location: 'Task/1/_history/1' } };
const note = { response: { status: '200', location: 'https://a.example/R4/DocumentReference/2' } };

function response(...entry: readonly object[]): Answer {
  return answer(200, { resourceType: 'Bundle', type: 'transaction-response', entry });
}

it('is sent to the base address as it is, and gives where each resource is, created or there before', async () => {
  const { url, received } = await scripted(response(task, note));
  expect(await recordAt(url).transact(bundle, 'c-1')).toEqual({
    ok: true,
    value: ['Task/1', 'DocumentReference/2'],
  });
  expect(received).toMatchObject([{ method: 'POST', url: '/', headers: { 'x-correlation-id': 'c-1' } }]);
  expect(JSON.parse(received[0]?.body ?? '')).toEqual(bundle);
});

it('takes the id of a resource that is given back for its place', async () => {
  const given = { resource: { resourceType: 'Task', id: '1' }, response: { status: '201' } };
  const { url } = await scripted(response(given, note));
  expect(await recordAt(url).transact(bundle, 'c-1')).toMatchObject({
    value: ['Task/1', 'DocumentReference/2'],
  });
});

const answers: readonly [string, Answer, FindingKind, RegExp][] = [
  ['fewer entries than were sent', response(task), 'write-unclear', /^the answer has 1 of 2 entries$/],
  ['more entries than were sent', response(task, note, note), 'write-unclear', /3 of 2/],
  ['entries in another order', response(note, task), 'write-unclear', /^entry 1 \(Task\)/],
  ['an entry without a status', response(task, { response: {} }), 'write-unclear', /^entry 2/],
  ['an entry that names no place', response(task, { response: { status: '201' } }), 'write-unclear', /where/],
  [
    'an entry that was refused',
    response(task, { response: { status: '422', outcome: outcome('59159') } }),
    'refused',
    /^entry 2 \(DocumentReference\): HTTP 422 \(59159/,
  ],
  ['an entry that failed', response(task, { response: { status: '500' } }), 'write-unclear', /HTTP 500/],
  ['an entry in conflict', response(task, { response: { status: '409' } }), 'write-unclear', /HTTP 409/],
  [
    'the answer of a batch, in which each entry stands for itself',
    answer(200, { resourceType: 'Bundle', type: 'batch-response', entry: [task, note] }),
    'write-unclear',
    /HTTP 200/,
  ],
  ['the bundle itself', answer(200, bundle), 'write-unclear', /HTTP 200/],
  ['an empty 200', answer(200), 'write-unclear', /HTTP 200/],
  ['an OperationOutcome inside a 200', answer(200, outcome('59177')), 'write-unclear', /HTTP 200/],
  ['a page of a gateway', answer(200, '<html>'), 'write-unclear', /HTTP 200/],
  ['a conflict, of which nothing was done', answer(409, outcome('99999')), 'write-unclear', /HTTP 409/],
  ['500', answer(500), 'write-unclear', /HTTP 500/],
  ['400', answer(400, outcome('59108')), 'refused', /HTTP 400 \(59108/],
  ['412: a condition fits several', answer(412, outcome('99999')), 'refused', /HTTP 412/],
  ['405: no transactions', answer(405), 'unsupported', /HTTP 405/],
  ['429', answer(429, '', { 'retry-after': '7' }), 'busy', /HTTP 429/],
];

it.each(answers)('takes %s for what it is', async (_, reply, kind, words) => {
  const { url, received } = await scripted(reply);
  const result = await recordAt(url).transact(bundle, 'c-1');
  expect(result).toMatchObject({ ok: false, finding: { kind, note: expect.stringMatching(words) } });
  expect(received).toHaveLength(1);
  expect(JSON.stringify(result)).not.toContain('KANARIA');
});
