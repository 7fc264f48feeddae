import { expect, it } from 'vitest';
import { normalise } from '../../src/assessment/normalise.ts';

const assessment = {
  id: 'a',
  edition: 1,
  kind: { id: 'uti', version: '1' },
  language: 'fi',
  times: { completed: '2026-11-21T12:00:00Z', sent: '2026-11-21T12:00:00Z' },
  recipient: { organisation: { oid: '1.2.3' } },
  consent: { given: true },
  sections: [
    { id: 's', questions: [{ id: 'q', text: 'Mitä?', type: 'text', answers: [{ value: '020516c903k' }] }] },
  ],
} as const;

it('writes identity codes as registers do, and leaves what the citizen wrote as it is', () => {
  const normal = normalise({
    ...assessment,
    client: { hetu: '020516c903k' },
    filledBy: { role: 'guardian', person: { hetu: '010190-999p' } },
  });
  expect(normal.client.hetu).toBe('020516C903K');
  expect(normal.filledBy.person?.hetu).toBe('010190-999P');
  expect(normal.sections).toEqual(assessment.sections);
});

it('adds nothing where there is no identity code', () => {
  const without = { ...assessment, client: {}, filledBy: { role: 'self' } } as const;
  expect(normalise(without)).toEqual(without);
});
