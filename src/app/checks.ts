import { errorEntry } from '../errors.ts';
import type { Check } from '../http/health.ts';
import type { ClockStatus } from '../operations/clock-check.ts';
import { showBroken } from '../operations/live-mappings.ts';
import type { Delivering } from './delivering.ts';
import type { Reading } from './reading.ts';

function check(name: string, notes: readonly string[], ok = notes.length === 0): Check {
  return { name, ok, ...(notes.length === 0 ? {} : { note: notes.join('; ') }) };
}

function statement(known: ReturnType<Delivering['capabilities']>): Check {
  const name = 'record system offers what the route needs';
  switch (known.kind) {
    case 'read':
      return check(name, [...known.gaps, ...known.lookUpGaps], known.gaps.length === 0);
    case 'unreadable':
      return check(name, [known.why]);
    case 'not-read':
      return check(name, ['its CapabilityStatement has not been read yet']);
  }
}

/** What delivering needs; accepting goes on without it. */
export function deliveryChecks(
  delivering: Pick<Delivering, 'circuit' | 'capabilities'>,
  { live }: Pick<Reading, 'live'>,
  upkeep: { clock(): ClockStatus },
): readonly Check[] {
  const { state } = delivering.circuit();
  const { ahead, ok } = upkeep.clock();
  const broken = showBroken(live.status());
  return [
    { name: 'way to the record system', ok: state === 'closed', note: state },
    statement(delivering.capabilities()),
    check(
      'clock agrees with the message log',
      ok ? [] : [`${ahead} ms ahead. ${errorEntry('clock-wrong').text}`],
    ),
    check('mappings folder is what is live', broken === undefined ? [] : [broken]),
  ];
}
