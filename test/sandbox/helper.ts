import { onTestFinished } from 'vitest';
import { createTwin, type Twin, type TwinOptions } from '../../src/sandbox/twin.ts';

/** A twin that closes itself after the test; it asks for no tokens unless `open: false` says otherwise. */
export async function startTwin(options: TwinOptions = {}): Promise<Twin> {
  const twin = await createTwin({ open: true, ...options });
  onTestFinished(() => twin.close());
  return twin;
}

type Call = { method?: string; body?: unknown; headers?: Record<string, string> };

/** What an answer held; `json` is undefined where the body is none. */
export type Answer = { status: number; headers: Headers; text: string; json: Resource | undefined };

/** The members of answers that tests look at. */
export type Resource = {
  resourceType?: string;
  id?: string;
  total?: number;
  status?: string;
  link?: { relation: string; url: string }[];
  entry?: { resource: Resource; search: { mode: string } }[];
  issue?: {
    severity: string;
    code: string;
    diagnostics?: string;
    details?: { coding?: { code: string }[] };
  }[];
  content?: { attachment: { contentType?: string; url?: string; data?: string } }[];
  data?: string;
  start?: string;
};

/** Calls an address below the FHIR base, or a whole one. */
export async function call(twin: Twin, path: string, { method, body, headers }: Call = {}): Promise<Answer> {
  const url = path.startsWith('http') ? path : `${path.startsWith('/twin') ? twin.url : twin.fhirUrl}${path}`;
  const answer = await fetch(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    redirect: 'manual',
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, json: parsed(text) };
}

function parsed(text: string): Resource | undefined {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The Epic codes in an OperationOutcome, or in the outcome entries of a searchset. */
export function epicCodes(answer: Answer): string[] {
  const outcomes = [answer.json, ...(answer.json?.entry ?? []).map((entry) => entry.resource)];
  return outcomes
    .flatMap((each) => (each?.resourceType === 'OperationOutcome' ? (each.issue ?? []) : []))
    .flatMap((issue) => issue.details?.coding ?? [])
    .map((coding) => coding.code);
}

/** The resources that a search found. */
export function matches(answer: Answer): Resource[] {
  return (answer.json?.entry ?? [])
    .filter((entry) => entry.search.mode === 'match')
    .map((each) => each.resource);
}

/** Somebody new in the record, with an open encounter unless another situation is asked for. */
export async function newPatient(
  twin: Twin,
  person: Record<string, unknown> = {},
): Promise<{ hetu: string; patient: string; encounter: string }> {
  const hetu = '131052-9085';
  const answer = await call(twin, '/twin/patients', { body: { hetu, ...person } });
  const [made] = JSON.parse(answer.text);
  return { hetu, patient: made.patient, encounter: made.encounter };
}

/** A note that the record system takes. */
export function note(patient: string, encounter: string, text = 'Tulosyy: yskä') {
  return {
    resourceType: 'DocumentReference',
    status: 'current',
    docStatus: 'preliminary',
    type: { coding: [{ system: 'http://loinc.org', code: '11488-4' }] },
    subject: { reference: `Patient/${patient}` },
    content: [{ attachment: { contentType: 'text/plain', data: Buffer.from(text).toString('base64') } }],
    context: { encounter: [{ reference: `Encounter/${encounter}` }] },
  };
}

/** Vital signs that the record system takes. */
export function reading(patient: string, encounter: string) {
  return {
    resourceType: 'Observation',
    status: 'final',
    category: [{ coding: [{ code: 'vital-signs' }] }],
    code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }] },
    subject: { reference: `Patient/${patient}` },
    encounter: { reference: `Encounter/${encounter}` },
    effectiveDateTime: '2026-11-02T08:00:00+02:00',
    valueQuantity: { value: 128, unit: 'mm[Hg]', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
  };
}
