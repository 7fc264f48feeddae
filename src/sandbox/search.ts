import { type Capability, capabilities, type SearchKind } from './capabilities.ts';
import { type Span, span } from './dates.ts';
import { isRecord, text, values } from './json.ts';
import { refusal } from './outcome.ts';
import type { Entry } from './resource.ts';
import type { Store } from './store.ts';

/** Parameters about the answer's form, which are no criteria. */
const FORM = new Set(['_count', '_format']);

/**
 * Finds what a search asks for, oldest first.
 * Throws a refusal (400) with code 4100 for an unknown parameter or a value that is none, 4111 where the parameters
 * do not suffice.
 */
export function search(store: Store, type: string, parameters: URLSearchParams): Entry[] {
  const capability = capabilities.get(type);
  if (capability === undefined) throw refusal(400, 4100, 'This resource type cannot be searched.');
  checkNames(capability, parameters);
  const ids = parameters.getAll('_id').flatMap((each) => each.split(','));
  if (ids.length > 0) return ids.flatMap((id) => store.get(type, id) ?? []);
  const matchers = [...parameters].filter(([name]) => !FORM.has(name)).map(matcher(capability));
  const found = [...candidates(store, type, parameters)].filter(({ resource }) =>
    matchers.every((matches) => matches(resource)),
  );
  return found.sort((one, other) => one.order - other.order);
}

function checkNames(capability: Capability, parameters: URLSearchParams): void {
  for (const [name, value] of parameters) {
    if (!Object.hasOwn(capability.search, name) && name !== '_format') {
      throw refusal(400, 4100, `Unknown search parameter ${name}.`);
    }
    if (value === '') throw refusal(400, 4100, `Search parameter ${name} has no value.`);
  }
  const { needs } = capability;
  if (needs.length > 0 && !needs.some((set) => set.every((name) => parameters.has(name)))) {
    const sets = needs.map((set) => set.join(' + ')).join(', or ');
    throw refusal(400, 4111, `A search needs ${sets}.`);
  }
}

/** The smallest set of resources that an index gives; every one of them is still matched. */
function candidates(store: Store, type: string, parameters: URLSearchParams): Iterable<Entry> {
  const patient = parameters.get('patient') ?? parameters.get('subject');
  if (patient !== null && !patient.includes(',')) return store.ofPatient(type, lastPart(patient));
  const identifier = type === 'Patient' ? parameters.get('identifier') : null;
  const value = identifier?.split('|').at(-1) ?? '';
  if (identifier !== null && value !== '' && !identifier.includes(','))
    return store.patientsByIdentifier(value);
  return store.all(type);
}

type Matcher = (resource: unknown) => boolean;

function matcher(capability: Capability): (parameter: [string, string]) => Matcher {
  return ([name, value]) => {
    const [kind, element] = capability.search[name] ?? ['token', ''];
    if (element === '') return () => true;
    const alternatives = value.split(',').map((each) => matchers[kind](each, name));
    return (resource) => {
      const found = values(resource, element);
      return alternatives.some((matches) => found.some(matches));
    };
  };
}

/** How one value of each kind of parameter meets one value of an element (FHIR R4, search). */
const matchers: Record<SearchKind, (value: string, name: string) => Matcher> = {
  token(value) {
    const bar = value.lastIndexOf('|');
    const system = bar < 0 ? undefined : value.slice(0, bar);
    const code = value.slice(bar + 1);
    return (found) =>
      tokens(found).some(
        (token) =>
          (system === undefined || (token.system ?? '') === system) && (code === '' || token.code === code),
      );
  },
  reference(value) {
    const wanted = value.split('/').slice(-2).join('/');
    return (found) => {
      const reference = text(found, 'reference') ?? '';
      return wanted.includes('/') ? reference === wanted : lastPart(reference) === wanted;
    };
  },
  date(value, name) {
    const [, prefix = 'eq', date = ''] = /^(eq|ge|le|gt|lt)?(\d.*)$/.exec(value) ?? [];
    const wanted = span(date);
    if (wanted === undefined) throw refusal(400, 4100, `Search parameter ${name} is no date.`);
    return (found) => {
      const target = elementSpan(found);
      return target !== undefined && compare(prefix, target, wanted);
    };
  },
  string(value) {
    const wanted = value.toLocaleLowerCase('fi');
    return (found) => typeof found === 'string' && found.toLocaleLowerCase('fi').startsWith(wanted);
  },
  number: () => () => true,
};

/** Identifier, Coding, CodeableConcept and code look alike to a token search. */
function tokens(found: unknown): { system?: string | undefined; code: string | undefined }[] {
  if (typeof found === 'string') return [{ code: found }];
  if (!isRecord(found)) return [];
  const own = { system: text(found, 'system'), code: text(found, 'code') ?? text(found, 'value') };
  return [own, ...values(found, 'coding').flatMap(tokens)];
}

function elementSpan(found: unknown): Span | undefined {
  if (typeof found === 'string') return span(found);
  if (!isRecord(found)) return undefined;
  const start = text(found, 'start');
  const end = text(found, 'end');
  return {
    start: start === undefined ? -Infinity : (span(start)?.start ?? -Infinity),
    end: end === undefined ? Infinity : (span(end)?.end ?? Infinity),
  };
}

function compare(prefix: string, target: Span, wanted: Span): boolean {
  if (prefix === 'ge') return target.end > wanted.start;
  if (prefix === 'le') return target.start < wanted.end;
  if (prefix === 'gt') return target.end > wanted.end;
  if (prefix === 'lt') return target.start < wanted.start;
  return wanted.start <= target.start && target.end <= wanted.end;
}

function lastPart(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}
