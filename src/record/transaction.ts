import { type Finding, findingOf, found, type Result } from './finding.ts';
import { issuesOf } from './issues.ts';
import { isJson, type Json, objects, text } from './json.ts';
import { locationOf, type ReadReply } from './reply.ts';

/**
 * What a transaction came to, its answer read entry by entry (FHIR R4, "http", §3.1.0.11.3): a success only where
 * every entry that was sent has an answer of its own, of its own type, that says so. A conflict (409) is as unclear
 * as no answer: nothing was done for now, and it may be sent again.
 */
export function transacted(result: Result<ReadReply>, sent: readonly Json[]): Result<readonly string[]> {
  if (!result.ok) return unclear(result.finding);
  const { value: reply } = result;
  if (text(reply.resource, 'type') !== 'transaction-response') return unclear(findingOf(reply, 'write'));
  const answers = objects(reply.resource?.['entry']);
  if (answers.length !== sent.length) {
    return partial(`the answer has ${answers.length} of ${sent.length} entries`);
  }
  const locations: string[] = [];
  for (const [i, answer] of answers.entries()) {
    const type = text(sent[i], 'resource', 'resourceType') ?? '';
    const entry = entryOf(answer, type);
    if (!entry.ok)
      return unclear({ ...entry.finding, note: `entry ${i + 1} (${type}): ${entry.finding.note}` });
    locations.push(entry.value);
  }
  return found(locations);
}

/** What one entry's answer says: `Type/id` of what is there now. */
function entryOf(answer: Json, type: string): Result<string> {
  const response = isJson(answer['response']) ? answer['response'] : {};
  const status = Number(/^\d{3}/.exec(text(response, 'status') ?? '')?.[0] ?? 0);
  if (status < 200 || status >= 300) {
    if (status < 400) return partial('no success is told');
    const issues = issuesOf(response['outcome']);
    return { ok: false, finding: findingOf({ status, body: 'fhir', issues }, 'write') };
  }
  const id = text(answer, 'resource', 'resourceType') === type ? text(answer, 'resource', 'id') : undefined;
  const location = locationOf(text(response, 'location')) ?? (id === undefined ? undefined : `${type}/${id}`);
  if (location?.startsWith(`${type}/`) !== true) return partial('it does not say where the resource is');
  return found(location);
}

function partial(note: string): Result<never> {
  return { ok: false, finding: { kind: 'write-unclear', note } };
}

function unclear(finding: Finding): Result<never> {
  return {
    ok: false,
    finding: finding.kind === 'duplicate' ? { ...finding, kind: 'write-unclear' } : finding,
  };
}
