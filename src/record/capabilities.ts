import { isJson, type Json, objects, text } from './json.ts';

/** What a route needs of a record system. */
export interface Need {
  readonly type: string;
  readonly interaction: 'read' | 'create' | 'search-type';
  /** Search parameters that must be known. */
  readonly parameters?: readonly string[];
}

/** What of the needs a CapabilityStatement does not offer, one line each. */
export function gapsIn(statement: Json, needs: readonly Need[]): readonly string[] {
  const version = text(statement, 'fhirVersion') ?? 'none';
  const wrongVersion = version.startsWith('4.0') ? [] : [`FHIR version is ${version}, not 4.0`];
  const server = objects(statement['rest']).find((rest) => text(rest, 'mode') === 'server');
  const offered = new Map(
    objects(server?.['resource']).map((resource) => [text(resource, 'type'), resource]),
  );
  return [...wrongVersion, ...needs.flatMap((need) => gapsOf(need, offered.get(need.type)))];
}

function gapsOf(need: Need, resource: Json | undefined): readonly string[] {
  const { type, interaction, parameters = [] } = need;
  if (!isJson(resource)) return [`${type}: not offered`];
  const interactions = objects(resource['interaction']).map((each) => text(each, 'code'));
  const known = objects(resource['searchParam']).map((each) => text(each, 'name'));
  const missing = parameters.filter((parameter) => !known.includes(parameter));
  return [
    ...(interactions.includes(interaction) ? [] : [`${type}: no ${interaction}`]),
    ...missing.map((parameter) => `${type}: no search by ${parameter}`),
  ];
}
