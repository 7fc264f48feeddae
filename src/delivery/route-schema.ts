/** What a route file may say (JSON Schema); `route.ts` holds the same as types. */

const text = { type: 'string', minLength: 1 };
const texts = { type: 'array', items: text };
const iso = { type: 'string', format: 'iso-duration' };
const members = { type: 'object' };

function closed(required: readonly string[], properties: Record<string, unknown>) {
  return { type: 'object', additionalProperties: false, required, properties };
}

const written = closed(['write', 'encounter', 'set', 'look-up'], {
  write: { const: 'create' },
  encounter: { enum: ['any', 'open', 'none'] },
  drop: texts,
  set: members,
  'look-up': closed(['parameters', 'compare'], {
    parameters: { type: 'object', minProperties: 1, additionalProperties: text },
    compare: { enum: ['attachment', 'reading'] },
  }),
});

export const routeSchema = closed(['name', 'patient', 'encounter', 'unknown', 'resources'], {
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
