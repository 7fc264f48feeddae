import type { Bundle } from '@medplum/fhirtypes';
import { type Place, showPlace } from '../files/place.ts';
import type { Branch } from './branches.ts';
import type { TracedBundle } from './bundle.ts';
import { type Item, isList, listOf, memberOf, type Piece, type Traced } from './item.ts';

/** Where a value came from. */
export interface Origin {
  /** `file:line:column` of what gave it in the mapping; `bridge` for what no mapping has a say in. */
  readonly rule: string;
  /** JSON pointers into the assessment; predefined variables of mappings by their path: `%text.heading.reason`. */
  readonly sources: readonly string[];
  /** The same of what decided that it is this, or that it is there, without being in it. */
  readonly decidedBy: readonly string[];
}

/** An element of a canonical bundle: a value, or an object that something of the assessment brought about. */
export interface TracedElement extends Origin {
  /** `entry[2].resource.item[0].answer[0].valueString` */
  readonly element: string;
  /** Of a text that was put together: the origins of its parts. Of `data` in base64, those of the text it holds. */
  readonly parts?: readonly TracedPart[];
}

/** A part of a text; offset and length in UTF-16 code units. Fixed blanks between parts are not told. */
interface TracedPart extends Origin {
  readonly offset: number;
  readonly length: number;
}

/** A canonical bundle with the origin of each of its elements. */
export interface Trace {
  readonly mapping: string;
  readonly digest: string;
  readonly bundle: Bundle;
  readonly elements: readonly TracedElement[];
  /** The branches of the mapping's templates, and whether this assessment took them. */
  readonly branches: readonly Branch[];
}

/** What the engine itself writes around the resources of every mapping. */
const BRIDGE = 'bridge';

/** A bundle whose values know their origins, told element by element in its order. */
export function traceOf(
  mapping: { readonly name: string; readonly digest: string },
  traced: TracedBundle,
): Trace {
  const { bundle, branches } = traced;
  return { mapping: mapping.name, digest: mapping.digest, bundle, elements: elementsOf(traced), branches };
}

function elementsOf({ bundle, entries }: TracedBundle): TracedElement[] {
  const own = (element: string, sources: readonly string[] = []): TracedElement => ({
    element,
    rule: BRIDGE,
    sources,
    decidedBy: [],
  });
  return [
    own('resourceType'),
    own('meta.profile[0]', ['%settings.base']),
    own('identifier.system', ['%settings.systems.edition']),
    own('identifier.value', ['/id', '/edition']),
    own('type'),
    ...(bundle.timestamp === undefined ? [] : [own('timestamp', ['/times/sent'])]),
    ...entries.flatMap(({ resource }, index) => [
      own(`entry[${index}].fullUrl`, ['/id', '/edition']),
      ...elements(resource, `entry[${index}].resource`, resource.rule),
    ]),
  ];
}

function elements(traced: Traced, path: string, above: Place | undefined): TracedElement[] {
  if (isList(traced)) return traced.flatMap((item, index) => elements(item, `${path}[${index}]`, above));
  if (!traced) return [];
  const { value, pieces } = traced;
  const rule = traced.rule ?? above;
  const element = { element: path, ...originOf({ ...traced, rule }) };
  if (typeof value !== 'object' || value === null) {
    const parts = pieces ? partsOf(pieces, rule) : [];
    // A text of one part is told by its element, unless base64 hides it.
    return [parts.length > 1 || path.endsWith('.data') ? { ...element, parts } : element];
  }
  const isBrought = traced.members !== undefined && element.sources.length + element.decidedBy.length > 0;
  const inside = Object.keys(value).flatMap((name) => elements(inner(traced, name), `${path}.${name}`, rule));
  return isBrought ? [element, ...inside] : inside;
}

/** The member of an object; a list stays a list though it has one item only. */
function inner(item: Item, name: string): Traced {
  if (item.members) return item.members.get(name);
  const found = memberOf(item, name);
  const value: unknown = Reflect.get(Object(item.value), name);
  return Array.isArray(value) ? found : listOf(found)[0];
}

function originOf({ rule, sources, conditions }: Pick<Piece, 'rule' | 'sources' | 'conditions'>): Origin {
  const known = new Set(sources);
  const decidedBy = conditions.filter((condition) => !known.has(condition));
  return { rule: rule ? showPlace(rule) : BRIDGE, sources, decidedBy };
}

function partsOf(pieces: readonly Piece[], above: Place | undefined): TracedPart[] {
  let offset = 0;
  return pieces.flatMap((piece) => {
    const { length } = piece.text;
    const part = { offset, length, ...originOf({ ...piece, rule: piece.rule ?? above }) };
    offset += length;
    const isGlue = piece.text.trim() === '' && piece.sources.length === 0;
    return isGlue ? [] : [part];
  });
}
