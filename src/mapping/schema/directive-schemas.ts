import { TRANSLATIONS } from '../template/template.ts';

/** A JSON Schema (draft-07), as editors read it. */
export type Schema = Readonly<Record<string, unknown>>;

/** A pointer to a definition of the same schema. */
export function ref(name: string): Schema {
  return { $ref: `#/definitions/${name.replaceAll('~', '~0').replaceAll('/', '~1')}` };
}

/** A text that holds an expression. */
export const HOLDS_EXPRESSION = '\\{\\{';
const LONGEST = 500;

/** What a directive takes, where that does not depend on the element it stands for. */
const takes: Readonly<Record<string, Schema>> = {
  $for: {
    description:
      'Repeats this map for each item: "q in sections.questions". %q is the item, %qIndex its place.',
    type: 'string',
    pattern: '^\\s*[A-Za-z_]\\w*\\s+in\\s+\\S',
  },
  $let: {
    description: 'Names values for the rest of this map and all below it: %name.',
    ...{ type: 'object', propertyNames: { pattern: '^[A-Za-z_]\\w*$' }, additionalProperties: ref('any') },
  },
  $if: {
    description: 'Leaves this map out unless the expression is true. Ask for presence with .exists().',
    ...ref('expression'),
  },
  $switch: { description: 'The expression whose value chooses one of $cases.', ...ref('expression') },
  $translate: {
    description: 'Takes a code through a ConceptMap of codes/.',
    type: 'object',
    required: ['map', 'code', 'as'],
    additionalProperties: false,
    properties: {
      map: { description: 'A file of codes/, without .json.', type: 'string' },
      code: { description: 'The code, as an expression.', ...ref('expression') },
      system: { description: 'The system of the code, as an expression.', ...ref('expression') },
      text: { description: 'The words of a concept, as an expression.', ...ref('expression') },
      as: { description: 'What is given.', enum: [...TRANSLATIONS] },
    },
  },
  $include: {
    description: 'Places a fragment: a path relative to this file.',
    ...{ type: 'string', pattern: '^[^/].*\\.yaml$' },
  },
  $with: {
    description: 'What the fragment sees: %name.',
    ...{ type: 'object', propertyNames: { pattern: '^[A-Za-z_]\\w*$' }, additionalProperties: ref('any') },
  },
  $text: {
    description: "One text of these lines. What yields nothing drops its line; '' is an empty line.",
    ...{ type: 'array', items: ref('any') },
  },
  $base64: { description: "The base64 of a text's UTF-8 bytes.", ...ref('any') },
};

const GIVEN = {
  $value: 'What this map stands for.',
  $else: 'What stands here when the expression of $if is not true.',
  $default: 'What stands here when no case fits.',
};

/** The directives of a map that stands for a value of a schema. */
export function directives(value: Schema): Readonly<Record<string, Schema>> {
  const given = Object.entries(GIVEN).map(([name, description]) => [name, { description, ...value }]);
  const shared = Object.keys(takes).map((name) => [name, ref(name)]);
  const cases = { description: 'Templates by value.', type: 'object', additionalProperties: value };
  return Object.fromEntries([...shared, ...given, ['$cases', cases]]);
}

/** The definitions that `directives` refers to. */
export const directiveDefinitions: Readonly<Record<string, Schema>> = {
  ...takes,
  expression: {
    type: ['string', 'boolean', 'number'],
    maxLength: LONGEST,
    pattern: `^(?![\\s\\S]*${HOLDS_EXPRESSION})`,
  },
  any: {
    type: ['string', 'boolean', 'number', 'array', 'object'],
    items: ref('any'),
    properties: directives(ref('any')),
    patternProperties: { '^[^$]': ref('any') },
    ...{ additionalProperties: false, allOf: [ref('partners')] },
  },
  partners: {
    dependencies: {
      $else: ['$if'],
      $cases: ['$switch'],
      $default: ['$switch'],
      $switch: ['$cases'],
      $with: ['$include'],
    },
  },
  members: {
    type: 'object',
    not: {
      anyOf: ['$value', '$switch', '$translate', '$include', '$text', '$base64'].map((name) => ({
        required: [name],
      })),
    },
  },
};
