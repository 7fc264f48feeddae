/** What a route file may say (JSON Schema); `route.ts` holds the same as types. */

const text = { type: 'string', minLength: 1 };
const texts = { type: 'array', items: text };
const iso = { type: 'string', format: 'iso-duration' };
const members = { type: 'object' };
const parameters = { type: 'object', minProperties: 1, additionalProperties: text };

function closed(required: readonly string[], properties: Record<string, unknown>) {
  return { type: 'object', additionalProperties: false, required, properties };
}

const classes = { propertyNames: { pattern: '^(P[0-8]|other)$' }, required: ['other'] };
const waiting = {
  wait: { type: 'object', ...classes, additionalProperties: iso },
  look: {
    type: 'object',
    ...classes,
    additionalProperties: closed(['first', 'most'], { first: iso, most: iso }),
  },
};

/** By `by`: what else a look-up of that kind says. */
function lookUp(ways: Readonly<Record<string, Record<string, unknown>>>) {
  return chosenBy(
    'by',
    Object.fromEntries(
      Object.entries(ways).map(([by, more]) => [
        by,
        closed(['by', ...Object.keys(more)], { by: { const: by }, ...more }),
      ]),
    ),
  );
}

/** An object whose member says which of the shapes it has. */
function chosenBy(member: string, shapes: Readonly<Record<string, object>>) {
  const names = { enum: Object.keys(shapes) };
  return {
    type: 'object',
    if: { properties: { [member]: names }, required: [member] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema, not a promise.
    then: {
      allOf: Object.entries(shapes).map(([name, shape]) => ({
        if: { properties: { [member]: { const: name } } },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema, not a promise.
        then: shape,
      })),
    },
    else: { required: [member], properties: { [member]: names } },
  };
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
    'look-up': lookUp({
      search: { parameters, compare: { enum: ['attachment', 'reading'] } },
      identifier: {},
      'if-none-exist': {},
      nothing: {},
    }),
  }),
  answers: closed(['write', 'questionnaires', 'assignment', 'look-up'], {
    write: { const: 'answers' },
    questionnaires: text,
    assignment: closed(['parameters', 'questionnaire'], { parameters, questionnaire: text }),
    'look-up': lookUp({ search: { parameters }, nothing: {} }),
  }),
  'conditional-create': closed(['write', 'unless'], {
    write: { const: 'conditional-create' },
    unless: { enum: ['identifier', 'tag'] },
    drop: texts,
    set: members,
  }),
  'conditional-reference': closed(['write'], { write: { const: 'conditional-reference' } }),
};

export const routeSchema = closed(['name', 'patient', 'unknown', 'resources'], {
  name: text,
  patient: {
    ...closed(['identifiers', 'search'], {
      identifiers: { ...texts, minItems: 1 },
      search: { enum: ['post-only', 'post-then-get'] },
      ...waiting,
    }),
    dependencies: { look: ['wait'] },
  },
  encounter: closed(['window', 'statuses', 'open', 'classes', 'choose', 'wait'], {
    window: closed(['before', 'after'], { before: iso, after: iso }),
    statuses: { ...texts, minItems: 1 },
    open: { ...texts, minItems: 1 },
    classes: texts,
    choose: { enum: ['newest', 'only'] },
    ...waiting,
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
      else: chosenBy('write', shapes),
    },
  },
});
