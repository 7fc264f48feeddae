import type { Reply } from './finding.ts';
import { issuesOf } from './issues.ts';
import { isJson, type Json, objects, text } from './json.ts';
import type { HttpAnswer } from './transport.ts';

/** An answer of the record system, read. */
export interface ReadReply extends Reply {
  /** The resource in the body, where the body was FHIR. */
  readonly resource?: Json;
  /** The body where it was plain text. It may hold personal data. */
  readonly plainText?: string;
  /** `Type/id` of what a create made. */
  readonly location?: string;
}

/** Reads an answer; `now` in milliseconds, for a Retry-After that is a date. */
export function readReply(answer: Extract<HttpAnswer, { kind: 'answered' }>, now: number): ReadReply {
  const resource = parseResource(answer.text);
  const location = locationOf(headerOf(answer.headers, 'location'));
  const retryAfter = retryAfterOf(headerOf(answer.headers, 'retry-after'), now);
  const body = answer.text.trim() === '' ? 'empty' : resource === undefined ? 'unreadable' : 'fhir';
  const plain =
    body === 'unreadable' && /^text\/plain\b/i.test(headerOf(answer.headers, 'content-type') ?? '');
  return {
    status: answer.status,
    body,
    issues: [...issuesOf(resource), ...issuesInSearchset(resource)],
    ...(resource === undefined ? {} : { resource }),
    ...(plain ? { plainText: answer.text } : {}),
    ...(location === undefined ? {} : { location }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}

/** `Type/id` of a Location header, relative or absolute, with or without a version. */
export function locationOf(header: string | undefined): string | undefined {
  const match = /(?:^|\/)([A-Z][A-Za-z]{1,63}\/[A-Za-z0-9\-.]{1,256})(?:\/_history\/[^/]+)?$/.exec(
    header ?? '',
  );
  return match?.[1];
}

/** Milliseconds of a Retry-After header, which is seconds or a date (RFC 9110 §10.2.3). */
export function retryAfterOf(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

export function headerOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  name: string,
): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

function parseResource(body: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isJson(value) && text(value, 'resourceType') !== undefined ? value : undefined;
  } catch {
    // Cut short, or not JSON at all: the caller reports it as unreadable.
    return undefined;
  }
}

function issuesInSearchset(resource: Json | undefined) {
  if (resource === undefined || text(resource, 'resourceType') !== 'Bundle') return [];
  return objects(resource['entry']).flatMap((entry) => issuesOf(entry['resource']));
}
