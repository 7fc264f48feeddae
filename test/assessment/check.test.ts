import { describe, expect, it } from 'vitest';
import type { Assessment } from '../../src/assessment/assessment.ts';
import { checkAssessment } from '../../src/assessment/check.ts';
import { BridgeError } from '../../src/errors.ts';

const TODAY = '2026-11-21';
const artificial = '020516C903K';
/** Below 900, as real ones are; put together here, so that no such code stands in the repository. */
const real = ['131052', '308T'].join('-');

function assessment(client: string, filler?: string): Assessment {
  return {
    id: 'a',
    edition: 1,
    kind: { id: 'uti', version: '1' },
    language: 'fi',
    times: { completed: '2026-11-21T12:00:00Z', sent: '2026-11-21T12:00:00Z' },
    client: { hetu: client },
    filledBy: filler === undefined ? { role: 'self' } : { role: 'guardian', person: { hetu: filler } },
    recipient: { organisation: { oid: '1.2.3' } },
    consent: { given: true },
    sections: [],
  };
}

function refusal(...[source, policy]: [Assessment, Parameters<typeof checkAssessment>[1]]): unknown {
  try {
    checkAssessment(source, policy, TODAY);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    return [error.code, ...error.details.map(({ at }) => at)];
  }
}

describe('whose identity codes are taken', () => {
  it.each([
    ['real', real, 'accepted'],
    ['real', artificial, ['hetu-artificial', '/client/hetu']],
    ['artificial', artificial, 'accepted'],
    ['artificial', real, ['hetu-real', '/client/hetu']],
    ['any', real, 'accepted'],
    ['any', artificial, 'accepted'],
  ] as const)('of %s ones only: %s', (policy, hetu, expected) => {
    expect(refusal(assessment(hetu), policy)).toEqual(expected);
  });

  it('is asked of who filled the form in on behalf of the client too, and both are told', () => {
    expect(refusal(assessment(artificial, real), 'artificial')).toEqual([
      'hetu-real',
      '/filledBy/person/hetu',
    ]);
    expect(refusal(assessment('020516C903L', '020516C903L'), 'any')).toEqual([
      'hetu-invalid',
      '/client/hetu',
      '/filledBy/person/hetu',
    ]);
  });
});
