import type { FhirClient, SearchParameters } from './client.ts';
import { type Finding, found, type Result } from './finding.ts';
import { attachmentOf, type Compared, fingerprint, textFingerprint } from './fingerprint.ts';
import { type Identifier, identifiersOf } from './identifier.ts';
import { type Json, text } from './json.ts';
import { doubtIn, readSearchset, type Searchset } from './searchset.ts';

/** What is known of a write whose outcome is not. */
export interface WrittenWish {
  readonly type: string;
  readonly parameters: SearchParameters;
  readonly compared: Compared;
  /** Fingerprint of what was sent. */
  readonly digest: string;
}

/** A write that is known by its own business identifier. */
export interface IdentifiedWish {
  readonly type: string;
  readonly identifier: Identifier;
}

/**
 * Looks whether a write is in the record. Gives its `Type/id`, or undefined when it is certainly absent;
 * a finding when nothing can be concluded: the answer was partial, or a candidate could not be read.
 */
export function findWritten(
  client: FhirClient,
  { type, parameters, compared, digest }: WrittenWish,
  correlation: string,
): Promise<Result<string | undefined>> {
  const isIt = async (candidate: Json): Promise<Result<boolean>> => {
    const its = await fingerprintOf(client, candidate, compared, correlation);
    return its.ok ? found(its.value === digest) : its;
  };
  return seek(client, { type, parameters, isIt }, correlation);
}

/** As `findWritten`, by the identifier alone; compared too, since a server may overlook what it does not search by. */
export function findByIdentifier(
  client: FhirClient,
  { type, identifier }: IdentifiedWish,
  correlation: string,
): Promise<Result<string | undefined>> {
  const { system = '', value } = identifier;
  const parameters = { identifier: `${escaped(system)}|${escaped(value)}` };
  const isIt = async (candidate: Json): Promise<Result<boolean>> =>
    found(identifiersOf(candidate).some((own) => (own.system ?? '') === system && own.value === value));
  return seek(client, { type, parameters, isIt }, correlation);
}

/** FHIR R4, "search", §3.1.1.5.7. */
function escaped(value: string): string {
  return value.replace(/[\\$,|]/g, '\\$&');
}

interface Sought {
  readonly type: string;
  readonly parameters: SearchParameters;
  isIt(candidate: Json): Promise<Result<boolean>>;
}

async function seek(
  client: FhirClient,
  { type, parameters, isIt }: Sought,
  correlation: string,
): Promise<Result<string | undefined>> {
  let answer = await client.search(type, parameters, { correlation, getAllowed: true });
  let doubt: Finding | undefined;
  for (let page = 1; ; page += 1) {
    if (!answer.ok) return answer;
    const { next, ...searchset } = readSearchset(answer.value, type);
    doubt ??= doubtIn(searchset) ?? movedIn(searchset);
    for (const candidate of newestFirst(searchset.matches)) {
      const id = text(candidate, 'id');
      const verdict = await isIt(candidate);
      if (!verdict.ok) doubt ??= verdict.finding;
      else if (verdict.value && id !== undefined) return found(`${type}/${id}`);
    }
    if (next === undefined) return doubt === undefined ? found(undefined) : { ok: false, finding: doubt };
    if (page === mostPages) return incomplete(`not found on ${mostPages} pages, and there are more`);
    answer = await client.page(next, correlation);
  }
}

/** A merged record shows nothing any more: what was written to it lies with the survivor. */
function movedIn({ issues }: Searchset): Finding | undefined {
  const moved = issues.some(({ meaning }) => meaning === 'merged');
  return moved ? { kind: 'merged', note: 'the record was merged after the write' } : undefined;
}

const mostPages = 100;

/** What was written last is most likely what is sought. */
function newestFirst(matches: readonly Json[]): readonly Json[] {
  const time = (each: Json): string => text(each, 'date') ?? text(each, 'issued') ?? '';
  return matches.toSorted((a, b) => time(b).localeCompare(time(a)));
}

async function fingerprintOf(
  client: FhirClient,
  resource: Json,
  compared: Compared,
  correlation: string,
): Promise<Result<string | undefined>> {
  const inline = fingerprint(resource, compared);
  const attachment = attachmentOf(resource);
  const type = text(attachment, 'contentType');
  // Only plain text is ever written, so anything else was written by somebody else.
  if (
    inline !== undefined ||
    attachment === undefined ||
    (type !== undefined && !/^text\/plain\b/i.test(type))
  ) {
    return found(inline);
  }
  const binary = /(?:^|\/)Binary\/([A-Za-z0-9\-.]{1,256})$/.exec(text(attachment, 'url') ?? '')?.[1];
  if (binary === undefined) return incomplete('the text of a document is not where it can be read');
  const read = await client.read('Binary', binary, correlation);
  if (!read.ok) return read;
  const data = text(read.value.resource, 'data');
  const note =
    read.value.plainText ?? (data === undefined ? undefined : Buffer.from(data, 'base64').toString('utf8'));
  return note === undefined
    ? incomplete('the text of a document came in no readable form')
    : found(textFingerprint(note));
}

function incomplete(note: string): Result<never> {
  return { ok: false, finding: { kind: 'incomplete', note } };
}
