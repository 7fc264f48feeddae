import type { Definitions } from '../../fhir/definitions.ts';
import { childrenOf, type Element } from '../../fhir/elements.ts';
import { codesOf, formOf, isPrimitive, jsonType } from '../check/primitives.ts';
import { directiveDefinitions, directives, HOLDS_EXPRESSION, ref, type Schema } from './directive-schemas.ts';

/** A text that is one expression, and so may stand for a list or an object. */
const ONE_EXPRESSION = '^\\s*\\{\\{';
const RESOURCE = 'Resource';

interface Making {
  readonly definitions: Definitions;
  readonly shorts: ReadonlyMap<string, string>;
  readonly made: Map<string, Schema>;
}

/**
 * The JSON Schema of a template: the elements of FHIR's resources with their descriptions, and the directives. A
 * fragment, which does not say what it is part of, is held to the directives alone.
 * @param types the resources that templates make
 * @param shorts what FHIR says of each element in a few words, by path
 */
export function templateSchema(
  types: readonly string[],
  definitions: Definitions,
  shorts: ReadonlyMap<string, string>,
): Schema {
  const making: Making = { definitions, shorts, made: new Map() };
  for (const type of types) objectNamed(type, '', making);
  const resources = types.map((type) => ({
    if: { properties: { resourceType: { const: type } } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema, not a promise.
    then: ref(type),
  }));
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Template or fragment of a mapping',
    properties: { resourceType: { description: 'The FHIR resource that is made.', enum: types } },
    if: { required: ['resourceType'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema, not a promise.
    then: ref(RESOURCE),
    else: ref('any'),
    definitions: {
      ...directiveDefinitions,
      [RESOURCE]: {
        type: 'object',
        required: ['resourceType'],
        properties: { resourceType: { enum: types } },
        allOf: resources,
      },
      ...Object.fromEntries([...making.made].sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}

/** The definition of a type, or of a part of one by its path; made with all that it leads to. */
function objectNamed(type: string, path: string, making: Making): Schema {
  const name = path === '' ? type : `${type}.${path}`;
  if (making.made.has(name)) return ref(name);
  making.made.set(name, {});
  const resource = path === '' && making.definitions.structure(type)?.kind === 'resource';
  const elements = childrenOf(making.definitions, type, path).filter(({ max }) => max !== 0);
  const members = elements.map((element) => [element.name, memberSchema(element, type, path, making)]);
  const required = elements.filter(({ min, choice }) => min > 0 && choice === undefined);
  const short = making.shorts.get(name);
  making.made.set(name, {
    title: name,
    ...(short === undefined ? {} : { description: short }),
    ...(resource ? { type: 'object' } : { type: ['object', 'string'], pattern: ONE_EXPRESSION }),
    properties: {
      ...(resource ? { resourceType: { const: type } } : {}),
      ...Object.fromEntries(members),
      ...directives(oneOrSeveral(ref(name))),
    },
    patternProperties: { '^_': ref('any') },
    additionalProperties: false,
    allOf: [
      ref('partners'),
      ...(required.length === 0
        ? []
        : [
            {
              if: ref('members'),
              // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema, not a promise.
              then: { anyOf: [{ required: required.map((element) => element.name) }, { type: 'string' }] },
            },
          ]),
    ],
  });
  return ref(name);
}

function memberSchema(element: Element, type: string, path: string, making: Making): Schema {
  const value = valueSchema(element, type, path, making);
  const short = making.shorts.get(element.path);
  const described = short === undefined ? {} : { description: short };
  if (!element.list) return { ...described, ...value };
  return { ...described, ...listOf(value, making) };
}

function valueSchema(element: Element, type: string, path: string, making: Making): Schema {
  if (element.type === 'Resource') return ref(RESOURCE);
  if (isPrimitive(element.type, making.definitions)) return primitiveNamed(element, making);
  if (element.repeats !== undefined) {
    const [root = '', ...steps] = element.repeats.split('.');
    return objectNamed(root, steps.join('.'), making);
  }
  const isPart = element.type === 'BackboneElement' || element.type === 'Element';
  if (isPart) return objectNamed(type, path === '' ? element.name : `${path}.${element.name}`, making);
  return objectNamed(element.type, '', making);
}

/** A list, an expression for all of it, or a map with a body of its own: a map of members would be one item. */
function listOf(item: Schema, { made }: Making): Schema {
  const name = `${String(item['$ref']).replace('#/definitions/', '').replaceAll('~1', '/')}[]`;
  if (!made.has(name)) {
    made.set(name, {
      type: ['array', 'string', 'object'],
      pattern: ONE_EXPRESSION,
      items: item,
      properties: directives(oneOrSeveral(item)),
      additionalProperties: false,
      allOf: [ref('partners')],
    });
  }
  return ref(name);
}

function oneOrSeveral(value: Schema): Schema {
  return { anyOf: [value, { type: 'array', items: value }] };
}

function primitiveNamed(element: Element, making: Making): Schema {
  const type = element.type.includes('/') ? 'string' : element.type;
  const codes = codesOf(element, making.definitions);
  if (!codes) {
    if (!making.made.has(type)) making.made.set(type, primitive(type));
    return ref(type);
  }
  const name = `codes/${element.binding?.valueSet.split('/').at(-1) ?? ''}`;
  if (!making.made.has(name)) {
    making.made.set(name, {
      anyOf: [
        { enum: [...codes].sort() },
        { type: 'string', pattern: HOLDS_EXPRESSION },
        {
          type: 'object',
          properties: directives(ref(name)),
          additionalProperties: false,
          allOf: [ref('partners')],
        },
      ],
    });
  }
  return ref(name);
}

function primitive(type: string): Schema {
  const json = jsonType(type);
  const form = formOf(type);
  const text = form === undefined ? {} : { pattern: `^$|${HOLDS_EXPRESSION}|${form}` };
  return {
    ...(json === 'string'
      ? { type: ['string', 'object'], ...text }
      : { type: [json, 'string', 'object'], pattern: ONE_EXPRESSION }),
    properties: directives(oneOrSeveral(ref(type))),
    additionalProperties: false,
    allOf: [ref('partners')],
  };
}
