import type { Definitions } from '../../fhir/definitions.ts';
import type { Element } from '../../fhir/elements.ts';
import type { Translator } from '../data/concept-map.ts';
import type { Report } from '../files/place.ts';
import type { Member, Rule } from '../template/template.ts';
import type { Sight } from './infer.ts';
import type { Constant, Shape } from './shape.ts';

/** What checking a template needs. */
export interface Checking extends Sight {
  readonly definitions: Definitions;
  readonly maps: ReadonlyMap<string, Translator>;
  /** Variables that are in sight everywhere, in fragments too. */
  readonly predefined: ReadonlyMap<string, Shape>;
  readonly report: Report;
  /** Filled by the check: the elements of each place it came to, by `type path`. */
  readonly elements: Map<string, readonly Element[]>;
  /** Filled by the check: members whose FHIR element is a list, and those that may have to be held to one value. */
  readonly cardinality: Map<Member, 'list' | 'one'>;
  /** Filled by the check: expressions that give the same for every assessment. */
  readonly constants: Map<Rule, Constant>;
}

/** A place in a FHIR type: the type or profile, and the path below it. */
export interface Spot {
  readonly type: string;
  readonly path: string;
}

/** What FHIR expects of a value. */
export interface Expected {
  readonly element: Element;
  readonly spot: Spot;
  /** The value is an item of a list, or the list's only source of items. */
  readonly item: boolean;
}
