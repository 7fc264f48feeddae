import type { Need, TypeNeed } from '../record/capabilities.ts';
import type { AnswersResource, CreatedResource, Route } from './route.ts';

/** What the record system must offer for a route to work. */
export function needsOf(route: Route): readonly Need[] {
  const resources = Object.entries(route.resources);
  const writes = resources.map(([, how]) => ('write' in how ? how.write : 'none'));
  const transaction = writes.includes('conditional-create');
  const patient = route.resources['Patient'];
  const named = patient !== undefined && 'write' in patient;
  return [
    ...(named ? [] : [{ type: 'Patient', interaction: 'search-type', parameters: ['identifier'] } as const]),
    ...(route.encounter === undefined
      ? []
      : [{ type: 'Encounter', interaction: 'search-type', parameters: ['patient', 'date'] } as const]),
    ...(transaction ? [{ interaction: 'transaction' } as const] : []),
    ...resources.flatMap(([type, how]) => needsOfType(type, how, route)),
  ];
}

function needsOfType(type: string, how: Route['resources'][string], route: Route): readonly Need[] {
  if (!('write' in how)) return [];
  switch (how.write) {
    case 'create':
      return [{ type, interaction: 'create' }, ...lookUpNeeds(type, how['look-up'])];
    case 'answers':
      // Without a map of questions nothing of this is ever called.
      return route.questionMaps.length === 0
        ? []
        : [
            { type, interaction: 'create' },
            ...lookUpNeeds(type, how['look-up']),
            search('CarePlan', how.assignment.parameters),
          ];
    case 'conditional-create':
      return [{ type, interaction: 'create', conditional: true }];
    case 'conditional-reference':
      return [];
  }
}

/**
 * What looking up a lost answer needs. Where that is missing the route works all the same: a lost answer then asks a
 * person, which is better than that nothing is written at all.
 */
function lookUpNeeds(
  type: string,
  how: CreatedResource['look-up'] | AnswersResource['look-up'],
): readonly Need[] {
  switch (how.by) {
    case 'search':
      return [{ ...search(type, how.parameters), lookUpOf: type }];
    case 'identifier':
      return [{ ...search(type, { identifier: '' }), lookUpOf: type }];
    case 'if-none-exist':
      return [{ type, interaction: 'create', conditional: true, lookUpOf: type }];
    case 'nothing':
      return [];
  }
}

function search(type: string, by: Readonly<Record<string, string>>): TypeNeed {
  return {
    type,
    interaction: 'search-type',
    parameters: Object.keys(by).filter((name) => !name.startsWith('_')),
  };
}
