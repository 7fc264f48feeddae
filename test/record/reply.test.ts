import { expect, it } from 'vitest';
import { isFailure, issuesOf } from '../../src/record/issues.ts';
import { readReply } from '../../src/record/reply.ts';

const now = Date.parse('2026-03-01T12:00:00Z');

it.each([
  ['a number of seconds', '7', 7000],
  ['a date', 'Sun, 01 Mar 2026 12:01:00 GMT', 60_000],
  ['a date that has passed', 'Sun, 01 Mar 2026 11:00:00 GMT', 0],
  ['neither', 'soon', undefined],
])('reads from Retry-After how long to wait: %s', (_, header, milliseconds) => {
  const headers = { 'retry-after': header };
  expect(readReply({ kind: 'answered', status: 429, headers, text: '' }, now).retryAfter).toBe(milliseconds);
});

it('gives a number a meaning only in the code system that it is from', () => {
  const issue = (system: string) => {
    const details = { coding: [{ system, code: '4131' }] };
    return issuesOf({ resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'x', details }] });
  };
  expect(issue('urn:oid:1.2.840.114350.1.13.0.1.7.2.657369')).toMatchObject([{ meaning: 'restricted' }]);
  expect(issue('https://elsewhere.example/codes')).toEqual([{ severity: 'error', type: 'x' }]);
});

it('takes a remark without a known severity for an error', () => {
  const issue = [{ code: 'x' }, { code: 'x', severity: 'odd' }, { code: 'x', severity: 'warning' }];
  const issues = issuesOf({ resourceType: 'OperationOutcome', issue });
  expect(issues.map(isFailure)).toEqual([true, true, false]);
});
