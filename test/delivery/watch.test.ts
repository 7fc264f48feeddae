import { expect, it } from 'vitest';
import type { Circuit } from '../../src/delivery/circuit.ts';
import { retryTimes } from '../../src/delivery/retry-policy.ts';
import { watched } from '../../src/delivery/watch.ts';
import { type Finding, found, type Result } from '../../src/record/finding.ts';
import { recordOf } from './stubs.ts';

/** What the circuit is told of a write that ends so. */
async function told(result: Result<string>) {
  const acts: unknown[][] = [];
  const circuit: Circuit = {
    permit: () => 'all',
    release: () => undefined,
    succeeded: (...args) => void acts.push(['succeeded', ...args]),
    failed: (...args) => void acts.push(['failed', ...args]),
    stop: (...args) => void acts.push(['stop', ...args]),
    gapFound: () => undefined,
    gapClosed: () => undefined,
    status: () => ({ state: 'closed' }),
  };
  const record = watched(recordOf({ create: async () => result }), circuit, retryTimes);
  expect(await record.create({ resourceType: 'Basic' }, 'c')).toBe(result);
  return acts;
}

const missed = (kind: Finding['kind'], retryAfter?: number): Result<string> => ({
  ok: false,
  finding: { kind, note: 'n', ...(retryAfter === undefined ? {} : { retryAfter }) },
});

it.each<[string, Result<string>, unknown[]]>([
  ['a success closes', found('Basic/1'), ['succeeded', 'create']],
  ['what only this message met closes too', missed('refused'), ['succeeded', 'create']],
  ['trouble counts', missed('write-unclear'), ['failed', 'create', 'record-outcome-unknown']],
  ['a missing right stops', missed('forbidden'), ['stop', 'record-forbidden', retryTimes.stop]],
  ['a time to come back stops until then', missed('busy', 90_000), ['stop', 'record-busy', 90_000]],
  ['but not for ever', missed('busy', 1e12), ['stop', 'record-busy', retryTimes.told]],
  ['being busy without a time stops shortly', missed('busy'), ['stop', 'record-busy', retryTimes.first]],
])('of each result the circuit hears what it means for other messages: %s', async (_, result, act) => {
  expect(await told(result)).toEqual([act]);
});
