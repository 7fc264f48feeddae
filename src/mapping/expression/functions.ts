/** What a function of an expression takes and gives. */
interface FunctionRule {
  readonly least: number;
  readonly most: number;
  /** JSON Schema type of the result; `same`: the items it was called on; `argument`: those of its arguments. */
  readonly gives: 'same' | 'argument' | 'both' | 'unknown' | 'boolean' | 'string' | 'integer' | 'number';
  /** The result has at most one item whatever it was called on. */
  readonly single?: true;
  /** Arguments are evaluated for each item. */
  readonly criteria?: true;
}

const one = { least: 0, most: 0, single: true } as const;
const text = { least: 1, most: 1, single: true, gives: 'boolean' } as const;
const criteria = { least: 1, most: 1, criteria: true } as const;

/**
 * The functions of FHIRPath (http://hl7.org/fhirpath/N1, section 5) that mappings may use: those without
 * side effects whose work is bounded by their input.
 */
const RULES: ReadonlyMap<string, FunctionRule> = new Map<string, FunctionRule>([
  ['exists', { least: 0, most: 1, criteria: true, single: true, gives: 'boolean' }],
  ['empty', { ...one, gives: 'boolean' }],
  ['not', { ...one, gives: 'boolean' }],
  ['count', { ...one, gives: 'integer' }],
  ['first', { ...one, gives: 'same' }],
  ['last', { ...one, gives: 'same' }],
  ['single', { ...one, gives: 'same' }],
  ['tail', { least: 0, most: 0, gives: 'same' }],
  ['skip', { least: 1, most: 1, gives: 'same' }],
  ['take', { least: 1, most: 1, gives: 'same' }],
  ['where', { ...criteria, gives: 'same' }],
  ['select', { ...criteria, gives: 'argument' }],
  ['all', { ...criteria, single: true, gives: 'boolean' }],
  ['allTrue', { ...one, gives: 'boolean' }],
  ['anyTrue', { ...one, gives: 'boolean' }],
  ['allFalse', { ...one, gives: 'boolean' }],
  ['anyFalse', { ...one, gives: 'boolean' }],
  ['distinct', { least: 0, most: 0, gives: 'same' }],
  ['isDistinct', { ...one, gives: 'boolean' }],
  ['ofType', { least: 1, most: 1, gives: 'unknown' }],
  ['combine', { least: 1, most: 1, gives: 'both' }],
  ['iif', { least: 2, most: 3, gives: 'argument' }],
  ['join', { least: 0, most: 1, single: true, gives: 'string' }],
  ['split', { least: 1, most: 1, gives: 'string' }],
  ['substring', { least: 1, most: 2, single: true, gives: 'string' }],
  ['indexOf', { least: 1, most: 1, single: true, gives: 'integer' }],
  ['startsWith', text],
  ['endsWith', text],
  ['contains', text],
  ['matches', text],
  ['replace', { least: 2, most: 2, single: true, gives: 'string' }],
  ['replaceMatches', { least: 2, most: 2, single: true, gives: 'string' }],
  ['upper', { ...one, gives: 'string' }],
  ['lower', { ...one, gives: 'string' }],
  ['trim', { ...one, gives: 'string' }],
  ['length', { ...one, gives: 'integer' }],
  ['toString', { ...one, gives: 'string' }],
  ['toInteger', { ...one, gives: 'integer' }],
  ['toDecimal', { ...one, gives: 'number' }],
  ['toBoolean', { ...one, gives: 'boolean' }],
  ['abs', { ...one, gives: 'number' }],
  ['ceiling', { ...one, gives: 'integer' }],
  ['floor', { ...one, gives: 'integer' }],
  ['truncate', { ...one, gives: 'integer' }],
  ['round', { least: 0, most: 1, single: true, gives: 'number' }],
]);

const REFUSED: ReadonlyMap<string, string> = new Map([
  ...['now', 'today', 'timeOfDay'].map((name) => [name, 'its result would change from run to run'] as const),
  ...['resolve', 'memberOf', 'conformsTo', 'subsumes', 'subsumedBy'].map(
    (name) => [name, 'it would ask a server'] as const,
  ),
  ...['repeat', 'repeatAll', 'descendants', 'children', 'aggregate', 'defineVariable'].map(
    (name) => [name, 'its work has no bound'] as const,
  ),
  ['trace', 'it writes personal data to the log'],
]);

/** The rule of a function, if mappings may use it. */
export function functionRule(name: string): FunctionRule | undefined {
  return RULES.get(name);
}

/** Why mappings may not use a function of FHIRPath. */
export function refusal(name: string): string | undefined {
  return REFUSED.get(name);
}

/** Every function that mappings may use. */
export function functionNames(): Iterable<string> {
  return RULES.keys();
}
