import { type Issue, inWords, isFailure } from './issues.ts';

/**
 * Why a call to the record system did not give what was asked for. The retry policy (delivery/retry-policy.ts)
 * says what each leads to.
 */
export type FindingKind =
  | 'not-sent'
  | 'busy'
  | 'read-failed'
  | 'read-unreadable'
  | 'write-unclear'
  | 'duplicate'
  | 'unauthorised'
  | 'forbidden'
  | 'refused'
  | 'unsupported'
  | 'restricted'
  | 'merged'
  | 'incomplete'
  | 'patient-unknown'
  | 'patient-several'
  | 'patient-unidentified'
  | 'encounter-missing'
  | 'encounter-several'
  | 'chosen-patient-unfit'
  | 'chosen-encounter-unfit';

export interface Finding {
  readonly kind: FindingKind;
  /** In plain words, without personal data. */
  readonly note: string;
  /** HTTP status, where there was an answer. */
  readonly status?: number;
  /** Milliseconds that the record system asked to wait. */
  readonly retryAfter?: number;
}

/** What a call gives: its value, or why there is none. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly finding: Finding };

export function found<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function missed(kind: FindingKind, note: string): Result<never> {
  return { ok: false, finding: { kind, note } };
}

/** An answer as far as it decides what happened. */
export interface Reply {
  readonly status: number;
  /** What the body was: nothing, FHIR as JSON, or anything else (HTML of a gateway, JSON cut short). */
  readonly body: 'empty' | 'fhir' | 'unreadable';
  readonly issues: readonly Issue[];
  readonly retryAfter?: number;
}

/**
 * What an answer that is no success means for a read or a write. Where a gateway may have spoken instead of the
 * record system, a write counts as unclear: it is looked up, never sent again blindly.
 */
export function findingOf(reply: Reply, call: 'read' | 'write'): Finding {
  const { status, body, issues } = reply;
  const said = issues.length === 0 ? '' : ` (${inWords(issues)})`;
  const finding = (kind: FindingKind): Finding => ({
    kind,
    note: `HTTP ${status}${said}`,
    status,
    ...(reply.retryAfter === undefined ? {} : { retryAfter: reply.retryAfter }),
  });
  const has = (meaning: Issue['meaning']): boolean => issues.some((issue) => issue.meaning === meaning);
  const failed = call === 'read' ? 'read-failed' : 'write-unclear';

  if (status === 401) return finding('unauthorised');
  if (status === 429) return finding('busy');
  if (has('restricted')) return finding('restricted');
  if (has('merged')) return finding('merged');
  if (has('duplicate') && call === 'write') return finding('duplicate');
  if (status >= 500 || status === 408 || has('transient')) return finding(failed);
  if (body === 'unreadable') return finding(call === 'read' ? 'read-unreadable' : 'write-unclear');
  if (status === 403 || has('forbidden')) return finding('forbidden');
  if (has('restart-search')) return finding('read-failed');
  if (has('incomplete')) return finding('incomplete');
  if (status < 300) return finding(issues.some(isFailure) && call === 'read' ? 'refused' : failed);
  if (status < 400) return finding(call === 'read' ? 'read-unreadable' : 'write-unclear');
  if (status === 409 && call === 'write') return finding('duplicate');
  if (status === 405 || status === 501) return finding('unsupported');
  return finding('refused');
}
