import { isJson, type Json, objects, text } from './json.ts';

/** A business identifier: what a resource is called outside of the server that holds it. */
export interface Identifier {
  readonly system?: string;
  readonly value: string;
}

/** The identifiers of a resource that have a value, in its order. */
export function identifiersOf(resource: Json): readonly Identifier[] {
  const own = resource['identifier'];
  return (isJson(own) ? [own] : objects(own)).flatMap((each) => {
    const value = text(each, 'value');
    const system = text(each, 'system');
    return value === undefined ? [] : [{ value, ...(system === undefined ? {} : { system }) }];
  });
}
