/** A JSON Schema as far as mappings look into it; `$ref`s are JSON pointers into the document itself. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly maxItems?: number;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  /** Not of JSON Schema: the value is `const` and never missing, for it stands in a mapping's own files. */
  readonly always?: boolean;
  readonly [keyword: string]: unknown;
}

/** One thing a value may be: a schema that is neither a reference nor a list, and whether it may come several times. */
export interface Branch {
  readonly schema: JsonSchema;
  readonly many: boolean;
}

/** What is known of the values of an expression; undefined: nothing. */
export type Shape = readonly Branch[] | undefined;

/** The shape of a schema's values. */
export function shapeOf(schema: JsonSchema, document: JsonSchema, many = false): Branch[] {
  const resolved = resolve(schema, document);
  if (resolved.items) return shapeOf(resolved.items, document, many || resolved.maxItems !== 1);
  return [{ schema: resolved, many }];
}

/** The shape of a member of an object; no branch when the object has none such. */
export function memberOf({ schema, many }: Branch, name: string, document: JsonSchema): Branch[] {
  const inBranches = branchesOf(schema).flatMap((branch) =>
    memberOf({ schema: resolve(branch, document), many }, name, document),
  );
  const own = property(schema, name);
  return inBranches.length > 0 || !own ? inBranches : shapeOf(own, document, many);
}

/** The names of all members an object may have. */
export function memberNames(schema: JsonSchema, document: JsonSchema): string[] {
  const inBranches = branchesOf(schema).flatMap((branch) => memberNames(resolve(branch, document), document));
  return [...new Set([...Object.keys(schema.properties ?? {}), ...inBranches])];
}

/** The JSON types a schema allows; none when it does not say. */
export function typesOf({ type, const: only, enum: some, properties }: JsonSchema): string[] {
  if (only !== undefined) return [typeof only];
  if (some) return [...new Set(some.map((value) => typeof value))];
  if (typeof type === 'string') return [type];
  return [...(type ?? (properties ? ['object'] : []))];
}

/** The values a schema lists; undefined when it does not list them. */
export function valuesOf({ const: only, enum: some }: JsonSchema): readonly unknown[] | undefined {
  return only === undefined ? some : [only];
}

/** The schema of a value that is at hand: what an expression can reach in it. */
export function schemaOf(value: unknown): JsonSchema {
  if (Array.isArray(value)) return { type: 'array', items: merged(value.map(schemaOf)) };
  if (typeof value !== 'object' || value === null) return { const: value, always: true };
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, schemaOf(inner)])),
  };
}

/** A value that a template's author wrote. */
export type Constant = string | number | boolean;

/** The one value that a shape has for every assessment, if it has one. */
export function constantOf(shape: Shape): Constant | undefined {
  const [branch, second] = shape ?? [];
  if (!branch || second || branch.many || branch.schema.always !== true) return undefined;
  const { const: only } = branch.schema;
  return typeof only === 'string' || typeof only === 'number' || typeof only === 'boolean' ? only : undefined;
}

/** A shape whose values may be missing. */
export function maybe(shape: Shape): Shape {
  return shape?.map(({ schema, many }) => ({ schema: { ...schema, always: false }, many }));
}

function merged(schemas: readonly JsonSchema[]): JsonSchema {
  const [first] = schemas;
  return schemas.length === 1 && first ? first : { oneOf: schemas };
}

function branchesOf({ oneOf = [], anyOf = [], allOf = [] }: JsonSchema): readonly JsonSchema[] {
  return [...oneOf, ...anyOf, ...allOf];
}

function property({ properties }: JsonSchema, name: string): JsonSchema | undefined {
  return properties && Object.hasOwn(properties, name) ? properties[name] : undefined;
}

function resolve(schema: JsonSchema, document: JsonSchema): JsonSchema {
  if (schema.$ref === undefined) return schema;
  let found: unknown = document;
  for (const step of schema.$ref.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    found = isObject(found) ? found[key] : undefined;
  }
  return isObject(found) ? resolve(found, document) : {};
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
