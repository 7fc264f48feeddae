import { existsSync, readFileSync } from 'node:fs';
import { Ajv, type ErrorObject } from 'ajv';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import { BridgeError, type ErrorDetail } from '../errors.ts';
import type { Need } from '../record/capabilities.ts';
import { duration } from './duration.ts';
import { routeSchema } from './route-schema.ts';

/** A resource type that is written to the record system. */
export interface WrittenResource {
  readonly write: 'create';
  /** Which encounter must be there: one that the route accepts, one that still runs, or none. */
  readonly encounter: 'any' | 'open' | 'none';
  /** Members of the canonical resource that are not sent. */
  readonly drop?: readonly string[];
  /** What is laid over the canonical resource; `{patient}` and `{encounter}` stand for the record's ids. */
  readonly set: Readonly<Record<string, unknown>>;
  /** How to find the write again: search parameters (`{type}` and `{code}` stand for the resource's own, `ge{since}` for the day before the write) and what is compared. */
  readonly 'look-up': {
    readonly parameters: Readonly<Record<string, string>>;
    readonly compare: 'attachment' | 'reading';
  };
}

/** A resource type that stays in the bridge, and why. */
interface KeptResource {
  readonly keep: string;
}

/** Which resources of a canonical bundle are written to a record system, how, and what must be there first. ISO 8601 durations. */
export interface Route {
  readonly name: string;
  readonly patient: {
    /** Systems of identifiers by which a patient is sought, the best first. */
    readonly identifiers: readonly string[];
    /** Whether an identifier may stand in an address when the record system has no POST search. */
    readonly search: 'post-only' | 'post-then-get';
  };
  readonly encounter: {
    /** Around the time when the assessment was sent and accepted. */
    readonly window: { readonly before: string; readonly after: string };
    readonly statuses: readonly string[];
    /** Those of the statuses in which an encounter still runs. */
    readonly open: readonly string[];
    /** Codes of Encounter.class; none means any. */
    readonly classes: readonly string[];
    readonly choose: 'newest' | 'only';
    /** How long to wait for an encounter, by urgency class. */
    readonly wait: Readonly<Record<string, string>> & { readonly other: string };
  };
  /** A write whose outcome is not known: how long after the call the record is looked at, and for how long. */
  readonly unknown: { readonly settle: string; readonly limit: string };
  readonly resources: Readonly<Record<string, WrittenResource | KeptResource>>;
}

/**
 * Reads a route file.
 * @throws BridgeError `mapping-invalid` with all mistakes found, each as file:line:column.
 */
export function loadRoute(file: string): Route {
  if (!existsSync(file))
    throw new BridgeError('mapping-invalid', [{ text: 'the route is not there', at: file }]);
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const broken = document.errors.map((error) => ({ text: error.code, at: at(error.pos[0]) }));
  if (broken.length > 0) throw new BridgeError('mapping-invalid', broken);

  const route: unknown = document.toJS();
  const ajv = new Ajv({
    allErrors: true,
    formats: { 'iso-duration': (text) => duration(text) !== undefined },
  });
  const isRoute = ajv.compile<Route>(routeSchema);
  if (isRoute(route)) return route;
  const details = (isRoute.errors ?? []).flatMap((error) => detailOf(error, document, at));
  throw new BridgeError('mapping-invalid', details);
}

/** What the record system must offer for a route to work. */
export function needsOf(route: Route): readonly Need[] {
  const writes = Object.entries(route.resources).flatMap(([type, resource]): readonly Need[] => {
    if ('keep' in resource) return [];
    const parameters = Object.keys(resource['look-up'].parameters).filter((name) => !name.startsWith('_'));
    return [
      { type, interaction: 'create' },
      { type, interaction: 'search-type', parameters },
    ];
  });
  return [
    { type: 'Patient', interaction: 'search-type', parameters: ['identifier'] },
    { type: 'Encounter', interaction: 'search-type', parameters: ['patient', 'date'] },
    ...writes,
  ];
}

function detailOf(
  error: ErrorObject,
  document: Document,
  at: (offset: number) => string,
): readonly ErrorDetail[] {
  // `if` only repeats what its branch found.
  if (error.keyword === 'if') return [];
  const extra: unknown = error.params['additionalProperty'];
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const node = document.getIn(path, true);
  const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === extra) : undefined;
  const place = pair === undefined ? node : pair.key;
  const offset = isNode(place) ? (place.range?.[0] ?? 0) : 0;
  const named = typeof extra === 'string' ? `: ${extra}` : '';
  const allowed: unknown = error.params['allowedValues'];
  const choices = Array.isArray(allowed) ? `: ${allowed.join(', ')}` : '';
  return [
    {
      text: `${path.join('.') || 'the route'} ${error.message ?? 'is not valid'}${named}${choices}`,
      at: at(offset),
    },
  ];
}
