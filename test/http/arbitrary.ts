import fc, { type Arbitrary } from 'fast-check';

/** Random values of a JSON Schema, as far as openapi.yaml uses it: so that fuzzing follows the contract. */

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Schema[];
}

const day = fc.date({ min: new Date('1900-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });

const formatted: Readonly<Record<string, Arbitrary<string>>> = {
  'date-time': day.map((date) => date.toISOString()),
  date: day.map((date) => date.toISOString().slice(0, 10)),
  'partial-date': fc
    .tuple(day, fc.constantFrom(4, 7, 10))
    .map(([date, length]) => date.toISOString().slice(0, length)),
  base64: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  uuid: fc.uuid(),
};

const hetu = fc.constantFrom('020516C903K', '020516c903k', '020516C903L', 'x');
/** Characters that people write, and some that programs stumble over. */
const character = fc.oneof(
  fc.constantFrom(...'aäöåéßñ žλж中😀{}"\'<>&$`\\%;:-/\t'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
);

function texts({ pattern, minLength = 0, maxLength = 40 }: Schema): Arbitrary<string> {
  if (pattern === undefined)
    return fc.string({ unit: character, minLength, maxLength: Math.min(maxLength, 40) });
  // The patterns of free text would give all of Unicode; people's characters find more.
  if (pattern === '\\S' || pattern.startsWith('^[^')) {
    return fc
      .string({ unit: character, minLength: 1, maxLength: 60 })
      .map((text) => `${text.replaceAll(/[\r\n]/g, ' ')}.`);
  }
  return fc.stringMatching(new RegExp(pattern, 'u')).map((text) => text.slice(0, maxLength));
}

/** Values that the schema allows, nearly always; `schemas` are those of `components`, by name. */
export function arbitraryOf(schema: Schema, schemas: Readonly<Record<string, Schema>>): Arbitrary<unknown> {
  const { $ref: reference } = schema;
  if (reference !== undefined) {
    const name = reference.split('/').at(-1) ?? '';
    if (name === 'Hetu') return hetu;
    return arbitraryOf(schemas[name] ?? {}, schemas);
  }
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.oneOf !== undefined) {
    const { oneOf, ...common } = schema;
    const branches = oneOf.map((branch) =>
      arbitraryOf(
        {
          ...common,
          properties: { ...common.properties, ...branch.properties },
          required: [...(common.required ?? []), ...(branch.required ?? [])],
        },
        schemas,
      ),
    );
    return fc.oneof(...branches);
  }
  if (schema.format !== undefined) return formatted[schema.format] ?? fc.string();
  switch (schema.type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -1000, max: Math.min(schema.maximum ?? 1000, 2 ** 31 - 1) });
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e9, max: schema.maximum ?? 1e9, noNaN: true });
    case 'string':
      return texts(schema);
    case 'array':
      return fc.array(arbitraryOf(schema.items ?? {}, schemas), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, 4),
      });
    default: {
      const members = Object.entries(schema.properties ?? {}).map(
        ([name, member]) => [name, arbitraryOf(member, schemas)] as const,
      );
      const requiredKeys = (schema.required ?? []).filter((name) => schema.properties?.[name] !== undefined);
      return members.length === 0 ? fc.jsonValue() : fc.record(Object.fromEntries(members), { requiredKeys });
    }
  }
}
