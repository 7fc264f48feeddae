import { randomUUID } from 'node:crypto';
import type { OperationOutcome } from '@medplum/fhirtypes';
import { epicOutcome, refusal } from './outcome.ts';
import type { Entry, Stored } from './resource.ts';

/** A searchset Bundle as the twin answers it. */
type Searchset = {
  resourceType: 'Bundle';
  type: 'searchset';
  total: number;
  link: { relation: string; url: string }[];
  entry: { fullUrl?: string; resource: Stored | OperationOutcome; search: { mode: 'match' | 'outcome' } }[];
};

/** What a search found and what has to be said about it. */
export type Result = { found: Entry[]; remarks: OperationOutcome[] };

const UNPAGED_LIMIT = 100;

/**
 * Makes searchsets and keeps the paging sessions. A page's `link.next` names a session, as Epic's do; the session
 * ends after `seconds`, or when more than `most` are open.
 */
export function createPaging(fhirUrl: () => string, now: () => Date, seconds = 300, most = 1000) {
  const sessions = new Map<string, { type: string; result: Result; size: number; ends: number }>();

  function page(type: string, result: Result, self: string, size: number, from: number, session?: string) {
    const { found, remarks } = result;
    const link = [{ relation: 'self', url: self }];
    const next = from + size;
    if (next < found.length) {
      const id = session ?? open(type, result, size);
      link.push({ relation: 'next', url: `${fhirUrl()}/${type}?sessionID=${id}-${next}` });
    }
    const matches = found.slice(from, next).map(({ resource }) => ({
      fullUrl: `${fhirUrl()}/${type}/${resource.id}`,
      resource,
      search: { mode: 'match' as const },
    }));
    const outcomes = found.length === 0 && remarks.length === 0 ? [epicOutcome(4101)] : remarks;
    const said = outcomes.map((resource) => ({ resource, search: { mode: 'outcome' as const } }));
    const bundle: Searchset = {
      resourceType: 'Bundle',
      type: 'searchset',
      total: found.length,
      link,
      entry: [...matches, ...said],
    };
    return bundle;
  }

  function open(type: string, result: Result, size: number): string {
    const id = randomUUID().replaceAll('-', '');
    sessions.set(id, { type, result, size, ends: now().getTime() + seconds * 1000 });
    const oldest = sessions.keys().next().value;
    if (sessions.size > most && oldest !== undefined) sessions.delete(oldest);
    return id;
  }

  return {
    /** The first page. Throws 400 with 4127 for more than 100 results without `_count`, 4100 for a bad `_count`. */
    first(type: string, result: Result, count: string | null, self: string): Searchset {
      if (count === null && result.found.length > UNPAGED_LIMIT) throw refusal(400, 4127);
      if (count !== null && !/^[1-9]\d{0,3}$/.test(count))
        throw refusal(400, 4100, '_count is no page size.');
      return page(type, result, self, Number(count ?? UNPAGED_LIMIT), 0);
    },
    /** The page that a `link.next` names. Throws 400 with 4113 when its session has ended. */
    next(type: string, sessionId: string): Searchset {
      const [id = '', from = ''] = sessionId.split('-');
      const session = sessions.get(id);
      if (session === undefined || session.type !== type || session.ends < now().getTime()) {
        throw refusal(400, 4113);
      }
      const self = `${fhirUrl()}/${type}?sessionID=${sessionId}`;
      return page(type, session.result, self, session.size, Number(from), id);
    },
  };
}
