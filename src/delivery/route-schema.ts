/** What a route file may say (JSON Schema); `route.ts` holds the same as types. */

const text = { type: 'string', minLength: 1 };
const texts = { type: 'array', items: text };
const iso = { type: 'string', format: 'iso-duration' };
const members = { type: 'object' };
const parameters = { type: 'object', minProperties: 1, additionalProperties: text };

function closed(required: readonly string[], properties: Record<string, unknown>) {
  return { type: 'object', additionalProperties: false, required, properties };
}

const shapes = {
  create: closed(['write', 'encounter', 'set', 'look-up'], {
    write: { const: 'create' },
    encounter: { enum: ['any', 'open', 'none'] },
    only: { type: 'object', minProperties: 1, additionalProperties: text },
    split: closed(['characters', 'label'], {
      characters: { type: 'integer', minimum: 100 },
      label: { type: 'string', pattern: '^[^\\n]*\\{part\\}[^\\n]*$' },
    }),
    drop: texts,
    set: members,
    'look-up': closed(['parameters', 'compare'], {
      parameters,
      compare: { enum: ['attachment', 'reading'] },
    }),
  }),
  answers: closed(['write', 'questionnaires', 'assignment', 'look-up'], {
    write: { const: 'answers' },
    questionnaires: text,
    assignment: closed(['parameters', 'questionnaire'], { parameters, questionnaire: text }),
    'look-up': closed(['parameters'], { parameters }),
  }),
  'conditional-create': closed(['write', 'unless'], {
    write: { const: 'conditional-create' },
    unless: { enum: ['identifier', 'tag'] },
    drop: texts,
    set: members,
  }),
  'conditional-reference': closed(['write'], { write: { const: 'conditional-reference' } }),
};

const written = {
  if: { properties: { write: { enum: Object.keys(shapes) } }, required: ['write'] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema, not a promise.
  then: {
    allOf: Object.entries(shapes).map(([write, shape]) => ({
      if: { properties: { write: { const: write } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema, not a promise.
      then: shape,
    })),
  },
  else: { type: 'object', required: ['write'], properties: { write: { enum: Object.keys(shapes) } } },
};

export const routeSchema = closed(['name', 'patient', 'unknown', 'resources'], {
  name: text,
  patient: closed(['identifiers', 'search'], {
    identifiers: { ...texts, minItems: 1 },
    search: { enum: ['post-only', 'post-then-get'] },
  }),
  encounter: closed(['window', 'statuses', 'open', 'classes', 'choose', 'wait'], {
    window: closed(['before', 'after'], { before: iso, after: iso }),
    statuses: { ...texts, minItems: 1 },
    open: { ...texts, minItems: 1 },
    classes: texts,
    choose: { enum: ['newest', 'only'] },
    wait: {
      type: 'object',
      required: ['other'],
      propertyNames: { pattern: '^(P[0-8]|other)$' },
      additionalProperties: iso,
    },
  }),
  transaction: closed(['tag'], { tag: { type: 'string', pattern: '^[a-z][a-z0-9+.-]*:\\S+$' } }),
  unknown: closed(['settle', 'limit'], { settle: iso, limit: iso }),
  resources: {
    type: 'object',
    minProperties: 1,
    additionalProperties: {
      type: 'object',
      if: { required: ['keep'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema, not a promise.
      then: closed(['keep'], { keep: text }),
      else: written,
    },
  },
});
