import { type Finding, findingOf } from './finding.ts';
import { type Issue, isFailure, issuesOf } from './issues.ts';
import { isJson, type Json, objects, text } from './json.ts';

/** What a search found. */
export interface Searchset {
  readonly matches: readonly Json[];
  /** What the record system remarked: nothing found, more may exist, a record is restricted. */
  readonly issues: readonly Issue[];
  /** Address of the next page, where there is one. */
  readonly next?: string;
}

/** Reads a searchset; `type` is that of the resources sought. */
export function readSearchset(bundle: Json, type: string): Searchset {
  const resources = objects(bundle['entry']).flatMap(({ resource }) => (isJson(resource) ? [resource] : []));
  const next = objects(bundle['link']).find((link) => text(link, 'relation') === 'next');
  return {
    matches: resources.filter((resource) => text(resource, 'resourceType') === type),
    issues: resources.flatMap(issuesOf),
    ...(next === undefined ? {} : { next: text(next, 'url') ?? '' }),
  };
}

/** Why nothing may be concluded from what a search did not find, or undefined where its silence counts. */
export function doubtIn(searchset: Searchset): Finding | undefined {
  const { issues, next } = searchset;
  const telling = issues.filter(
    ({ meaning }) => meaning !== 'none-found' && meaning !== 'accepted' && meaning !== 'merged',
  );
  const doubt = telling.find((issue) => issue.meaning !== undefined || isFailure(issue));
  if (doubt !== undefined) return findingOf({ status: 200, body: 'fhir', issues: [doubt] }, 'read');
  return next !== undefined ? { kind: 'incomplete', note: 'the answer has further pages' } : undefined;
}
