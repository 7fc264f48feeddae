import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { questionMapSchema } from '../delivery/question-map.ts';
import { routeSchema } from '../delivery/route-schema.ts';
import type { Definitions } from '../fhir/definitions.ts';
import { elementShorts } from '../fhir/shorts.ts';
import { sourceSettingsSchema } from '../intake/fhir/settings.ts';
import { RESOURCES } from '../mapping/check/check.ts';
import { fileSchemas } from '../mapping/schema/file-schemas.ts';
import { templateSchema } from '../mapping/schema/template-schema.ts';
import type { Io } from './io.ts';

const DRAFT = { $schema: 'http://json-schema.org/draft-07/schema#' };

/** The JSON Schemas of all files of a mappings folder, for editors: by file name, as text. */
export function schemaFiles(definitions: Definitions): ReadonlyMap<string, string> {
  const schemas: Readonly<Record<string, object>> = {
    ...fileSchemas,
    template: templateSchema([...RESOURCES].sort(), definitions, elementShorts()),
    route: { ...DRAFT, title: 'A route: what is written to a record system, and how', ...routeSchema },
    questionnaire: {
      ...DRAFT,
      title: "Which questions of a kind are which of a record system's own questionnaire",
      ...questionMapSchema,
    },
    source: { ...DRAFT, title: 'How a QuestionnaireResponse becomes an assessment', ...sourceSettingsSchema },
  };
  return new Map(Object.entries(schemas).map(([name, schema]) => [`${name}.schema.json`, textOf(schema)]));
}

/** One definition a line: short, and changes of it can be read. */
function textOf(schema: object): string {
  const members = Object.entries(schema).map(([key, value]) => {
    if (key !== 'definitions') return `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
    const definitions = Object.entries(value).map(
      ([name, definition]) => `${JSON.stringify(name)}: ${JSON.stringify(definition)}`,
    );
    return `"definitions": {\n${definitions.join(',\n')}\n}`;
  });
  return `{\n${members.join(',\n')}\n}\n`;
}

/** Writes the schemas into the folder `schema` of a mappings folder. */
export function writeSchemas(folder: string, definitions: Definitions, io: Io): number {
  const files = schemaFiles(definitions);
  mkdirSync(join(folder, 'schema'), { recursive: true });
  for (const [name, content] of files) writeFileSync(join(folder, 'schema', name), content);
  io.out(`${files.size} schemas are written to ${join(folder, 'schema')}.`);
  return 0;
}
