import type { Assessment, Language } from '../assessment/assessment.ts';
import { type JsonSchema, type Shape, schemaOf, shapeOf } from './check/shape.ts';
import type { Kind } from './data/catalogue.ts';
import { titleOf } from './data/catalogue.ts';
import { headingLanguages, layoutFor } from './data/layouts.ts';
import type { Surroundings } from './data/surroundings.ts';

/** What a run knows of the message besides the assessment. */
export interface MessageContext {
  /** Id of the message in the log. */
  readonly messageId: string;
  /** Who sent it, as configured: the namespace of its assessment ids. */
  readonly source: string;
  /** When the bridge accepted it, as a FHIR instant. */
  readonly acceptedAt: string;
}

/** The predefined variables; a frame keeps their values in this order. */
export const PREDEFINED = [
  'message',
  'kind',
  'text',
  'ownText',
  'urgency',
  'urls',
  'settings',
  'layout',
  'headingLanguage',
] as const;

/** The values of the predefined variables for one assessment, in the order of `PREDEFINED`. */
export function predefinedValues(
  assessment: Assessment,
  { messageId, acceptedAt }: MessageContext,
  kind: Kind | undefined,
  urls: Readonly<Record<string, unknown>>,
  { texts, urgency, settings, layouts }: Surroundings,
): unknown[] {
  const { layout, headingLanguage } = layoutFor(assessment.recipient, layouts);
  const title = (kind && titleOf(kind, assessment.language)) ?? assessment.kind.title;
  return [
    { id: messageId, edition: assessment.edition, acceptedAt },
    { ...kind, ...assessment.kind, ...(title === undefined ? {} : { title }) },
    texts[headingLanguage],
    texts[assessment.language],
    assessment.urgency && urgency[headingLanguage].get(assessment.urgency.class),
    urls,
    settings.all,
    layout,
    headingLanguage,
  ];
}

/** The shapes of the predefined variables: what templates may reach in them. */
export function predefinedShapes(
  { texts, settings, layouts }: Surroundings,
  urls: ReadonlyMap<string, boolean>,
): Map<string, Shape> {
  const text: JsonSchema = { type: 'string' };
  const byLanguage: JsonSchema = object({ fi: text, sv: text, en: text } satisfies Record<
    Language,
    JsonSchema
  >);
  const headings = headingLanguages(layouts);
  const ownText = withoutValues(schemaOf(texts[settings.headingLanguage]));
  const status: JsonSchema = { enum: ['active', 'retired'] };
  const schemas: Record<(typeof PREDEFINED)[number], JsonSchema> = {
    message: object({ id: text, edition: { type: 'integer' }, acceptedAt: text }),
    kind: object({
      id: text,
      version: text,
      title: text,
      status,
      questionnaire: text,
      titles: byLanguage,
      mapping: text,
    }),
    text: headings.length > 1 ? ownText : schemaOf(texts[settings.headingLanguage]),
    ownText,
    urgency: object({ class: text, text, texts: byLanguage, duration: text }),
    urls: object(
      Object.fromEntries(
        [...urls].map(([name, many]) => [name, many ? { type: 'array', items: text } : text]),
      ),
    ),
    settings: schemaOf(settings.all),
    layout: { enum: layouts.names },
    headingLanguage: { enum: headings },
  };
  return new Map(Object.entries(schemas).map(([name, schema]) => [name, shapeOf(schema, schema)]));
}

function object(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: 'object', properties };
}

/** The same keys, but other values for other assessments. */
function withoutValues({ properties }: JsonSchema): JsonSchema {
  if (!properties) return { type: 'string' };
  return object(
    Object.fromEntries(Object.entries(properties).map(([key, schema]) => [key, withoutValues(schema)])),
  );
}
