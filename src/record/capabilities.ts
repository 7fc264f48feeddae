import { isJson, type Json, objects, text } from './json.ts';

/** What a route needs of a record system: of a resource type, or of the system as a whole. */
export type Need = TypeNeed | { readonly interaction: 'transaction' };

/** Something that a record system does not offer. */
export interface Gap {
  /** In plain words. */
  readonly text: string;
  /** The resource type whose writes cannot be looked up because of it; absent where the route cannot work without. */
  readonly lookUpOf?: string;
}

/** What a route needs of a resource type. */
export interface TypeNeed {
  readonly type: string;
  readonly interaction: 'read' | 'create' | 'search-type';
  /** Search parameters that must be known. */
  readonly parameters?: readonly string[];
  /** Whether a create must be able to say under which condition it is made. */
  readonly conditional?: true;
  /** The resource type whose writes are looked up by this: where it is missing, the route works without look-ups. */
  readonly lookUpOf?: string;
}

/** What of the needs a CapabilityStatement does not offer. */
export function gapsIn(statement: Json, needs: readonly Need[]): readonly Gap[] {
  const version = text(statement, 'fhirVersion') ?? 'none';
  const wrongVersion = version.startsWith('4.0') ? [] : [{ text: `FHIR version is ${version}, not 4.0` }];
  const server = objects(statement['rest']).find((rest) => text(rest, 'mode') === 'server');
  const offered = new Map(
    objects(server?.['resource']).map((resource) => [text(resource, 'type'), resource]),
  );
  const systemWide = codesOf(server);
  return [
    ...wrongVersion,
    ...needs.flatMap((need) => {
      if (!('type' in need)) {
        return systemWide.includes(need.interaction) ? [] : [{ text: `no ${need.interaction}` }];
      }
      const { lookUpOf } = need;
      return gapsOf(need, offered.get(need.type)).map((text) => ({
        text,
        ...(lookUpOf === undefined ? {} : { lookUpOf }),
      }));
    }),
  ];
}

function codesOf(place: Json | undefined): readonly (string | undefined)[] {
  return objects(place?.['interaction']).map((each) => text(each, 'code'));
}

function gapsOf(need: TypeNeed, resource: Json | undefined): readonly string[] {
  const { type, interaction, parameters = [] } = need;
  if (!isJson(resource)) return [`${type}: not offered`];
  const interactions = codesOf(resource);
  const unconditional = need.conditional === true && resource['conditionalCreate'] !== true;
  const known = objects(resource['searchParam']).map((each) => text(each, 'name'));
  const missing = parameters.filter((parameter) => !known.includes(parameter));
  return [
    ...(interactions.includes(interaction) ? [] : [`${type}: no ${interaction}`]),
    ...(unconditional ? [`${type}: no conditional create`] : []),
    ...missing.map((parameter) => `${type}: no search by ${parameter}`),
  ];
}
