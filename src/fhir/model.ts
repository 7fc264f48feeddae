/**
 * FHIR definitions as this folder uses them: StructureDefinitions, ValueSets and CodeSystems with everything
 * left out that neither a validator nor a template checker needs.
 */

/** One type an element may have. */
export interface TypeRef {
  /** FHIR type: `string`, `HumanName`, `Reference`, `BackboneElement`, `Resource` … */
  code: string;
  /** Profiles of which the value has to follow one. */
  profiles?: string[];
  /** Profiles or resource types a Reference or canonical may point at. */
  targets?: string[];
  /** How a Reference may point: `contained`, `referenced`, `bundled`. */
  aggregation?: string[];
}

/** A FHIRPath rule on an element. */
export interface Constraint {
  key: string;
  severity: 'error' | 'warning';
  human: string;
  expression: string;
}

/** How slices of a list are told apart. */
interface Slicing {
  discriminators: { type: string; path: string }[];
  rules: 'open' | 'closed' | 'openAtEnd';
  ordered: boolean;
}

/** Which codes an element takes. */
export interface Binding {
  strength: 'required' | 'extensible' | 'preferred' | 'example';
  valueSet: string;
}

/** What a StructureDefinition says of one element. */
export interface ElementRule {
  /** Unique in its structure, with slice names: `Patient.identifier:hetu.system`. */
  id: string;
  path: string;
  sliceName?: string;
  min: number;
  /** Absent: no limit. */
  max?: number;
  /** True where JSON holds an array, which a profile that narrows `max` does not change. */
  list: boolean;
  types: TypeRef[];
  /** Id of the element whose content this one repeats: `QuestionnaireResponse.item`. */
  contentReference?: string;
  /** The one value allowed. */
  fixed?: unknown;
  /** What the value has to contain. */
  pattern?: unknown;
  minValue?: unknown;
  maxValue?: unknown;
  maxLength?: number;
  binding?: Binding;
  constraints?: Constraint[];
  slicing?: Slicing;
  isModifier?: boolean;
}

/** A slimmed StructureDefinition; `elements` is its snapshot, the first of them the root. */
export interface Structure {
  url: string;
  type: string;
  kind: 'primitive-type' | 'complex-type' | 'resource' | 'logical';
  abstract: boolean;
  derivation: 'specialization' | 'constraint';
  base?: string;
  /** Where an extension may stand. */
  context?: { type: string; expression: string }[];
  elements: ElementRule[];
}

/** One include or exclude of a ValueSet. */
export interface CodeFilter {
  system?: string;
  codes?: string[];
  filters?: { property: string; op: string; value: string }[];
  valueSets?: string[];
}

/** A slimmed ValueSet. */
export interface ValueSetRule {
  url: string;
  include: CodeFilter[];
  exclude: CodeFilter[];
}

/** A slimmed CodeSystem. */
export interface CodeSystemRule {
  url: string;
  /** Only a `complete` one lists all its codes. */
  complete: boolean;
  codes: string[];
  /** Codes directly above a code. */
  parents: Record<string, string[]>;
}

/** Codes by system. */
export type Codes = ReadonlyMap<string, ReadonlySet<string>>;
