import { urgencyClasses } from '../../assessment/urgency.ts';
import { LANGUAGES } from '../data/catalogue.ts';
import { ref, type Schema } from './directive-schemas.ts';

const text: Schema = { type: 'string', minLength: 1 };
const address: Schema = { type: 'string', pattern: '^(https?|urn):\\S+$' };
const language: Schema = { enum: LANGUAGES };

function closed(required: readonly string[], properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', additionalProperties: false, required, properties };
}

const templatePath: Schema = { type: 'string', pattern: '\\.yaml$' };
const resources: Schema = {
  type: 'array',
  items: closed(['name', 'template'], {
    name: {
      description: 'What templates refer to it by: %urls.name.',
      ...{ type: 'string', pattern: '^[A-Za-z][A-Za-z0-9]*$' },
    },
    template: { description: 'A path relative to this file.', ...templatePath },
  }),
};

/** Texts by language; an empty one counts as none. */
function texts(description: string): Schema {
  const properties = LANGUAGES.map((name) => [name, { type: 'string' }]);
  return { description, ...closed([], Object.fromEntries(properties)) };
}

function file(title: string, schema: Schema): Schema {
  return { $schema: 'http://json-schema.org/draft-07/schema#', title, ...schema };
}

/** JSON Schemas of what lies beside the templates, by the name of the file. */
export const fileSchemas: Readonly<Record<string, Schema>> = {
  kinds: file('The catalogue of kinds', {
    type: 'array',
    items: closed(['id', 'mapping', 'status', 'titles'], {
      id: { description: 'The kind as assessments name it in kind.id.', ...text },
      mapping: { description: 'The folder of the mapping that takes it.', ...text },
      status: { description: 'A retired kind is still mapped.', enum: ['active', 'retired'] },
      versions: { description: 'The versions that are known.', type: 'array', items: text },
      titles: texts('What the kind is called; a title that is not known is left out.'),
      questionnaire: { description: 'The canonical address of its Questionnaire, without version.', ...text },
      serviceId: { description: "Omaolo's number of the assessment, in quotes.", ...text },
      comment: { type: 'string' },
    }),
  }),
  settings: file('What a region sets once', {
    type: 'object',
    required: ['headingLanguage', 'base', 'systems'],
    properties: {
      headingLanguage: { description: "The language of a note's headings.", ...language },
      base: {
        description: 'What the addresses of your own profiles and code systems begin with.',
        ...address,
      },
      systems: {
        description: 'Systems of identifiers.',
        type: 'object',
        required: ['edition'],
        properties: {
          edition: { description: "The system of the canonical bundle's identifier.", ...address },
        },
      },
    },
  }),
  urgency: file(
    'What the urgency classes mean',
    closed(
      urgencyClasses,
      Object.fromEntries(
        urgencyClasses.map((name) => [
          name,
          closed([], {
            texts: texts('The explanation of the class.'),
            duration: {
              description: 'Within what time the client must get help: PT10M, P1D (ISO 8601).',
              ...{
                type: 'string',
                pattern: '^$|^P(?=\\d|T\\d)(\\d+Y)?(\\d+M)?(\\d+W)?(\\d+D)?(T(\\d+H)?(\\d+M)?(\\d+S)?)?$',
              },
            },
          }),
        ]),
      ),
    ),
  ),
  layouts: file(
    'Which layout whose notes have',
    closed(['default', 'layouts'], {
      default: { description: 'The layout of whoever is not named below.', ...text },
      layouts: {
        description: 'What templates may find in %layout.',
        ...{ type: 'array', items: text, minItems: 1, uniqueItems: true },
      },
      recipients: {
        description:
          'Units, queues and organisations by their OID; the unit goes first, the organisation last.',
        type: 'object',
        propertyNames: { pattern: '^[0-2](\\.(0|[1-9]\\d*))+$' },
        additionalProperties: closed([], {
          layout: { description: 'One of the layouts.', ...text },
          headingLanguage: { description: 'The language of the headings.', ...language },
        }),
      },
    }),
  ),
  texts: file('Headings and small words of one language', {
    type: 'object',
    additionalProperties: ref('texts'),
    definitions: { texts: { type: ['string', 'object'], additionalProperties: ref('texts') } },
  }),
  mapping: file('A mapping: which resources, in which order, from which templates', {
    ...closed(['name'], {
      name: { description: "The folder's own name.", ...text },
      needs: {
        description:
          'What its assessments must have besides what the contract asks of all: [recipient.queue].',
        type: 'array',
        items: { type: 'string', pattern: '^[A-Za-z]\\w*(\\.[A-Za-z]\\w*)*$' },
      },
      extends: {
        description:
          'A list of resources, by a path relative to this file; resources of the same name replace its.',
        ...templatePath,
      },
      resources,
    }),
    anyOf: [{ required: ['extends'] }, { required: ['resources'] }],
  }),
  resources: file('Resources that several mappings make: those that extend this list', resources),
};
