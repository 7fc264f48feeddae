import type { Result } from '../record/finding.ts';
import type { RecordSystem } from '../record/record.ts';
import type { Circuit } from './circuit.ts';
import { type RetryTimes, retryPolicy } from './retry-policy.ts';

/** The same record system, with each result told to the circuit as the retry policy says. */
export function watched(record: RecordSystem, circuit: Circuit, times: RetryTimes): RecordSystem {
  async function watch<T>(kind: string, call: Promise<Result<T>>): Promise<Result<T>> {
    const result = await call;
    if (result.ok) {
      circuit.succeeded(kind);
      return result;
    }
    const { retryAfter } = result.finding;
    const { behaviour, cause, trouble } = retryPolicy[result.finding.kind];
    if (behaviour === 'stop') circuit.stop(cause, times.stop);
    else if (behaviour === 'when-told') circuit.stop(cause, Math.min(retryAfter ?? times.first, times.told));
    else if (trouble) circuit.failed(kind, cause);
    else circuit.succeeded(kind);
    return result;
  }

  return {
    findPatient: (...args) => watch('findPatient', record.findPatient(...args)),
    findEncounter: (...args) => watch('findEncounter', record.findEncounter(...args)),
    verifyPatient: (...args) => watch('verifyPatient', record.verifyPatient(...args)),
    verifyEncounter: (...args) => watch('verifyEncounter', record.verifyEncounter(...args)),
    create: (...args) => watch('create', record.create(...args)),
    transact: (...args) => watch('transact', record.transact(...args)),
    findAssignments: (...args) => watch('findAssignments', record.findAssignments(...args)),
    findWritten: (...args) => watch('findWritten', record.findWritten(...args)),
    findByIdentifier: (...args) => watch('findByIdentifier', record.findByIdentifier(...args)),
    gaps: (...args) => record.gaps(...args),
  };
}
