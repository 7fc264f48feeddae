import type { Need } from '../record/capabilities.ts';
import type { Route } from './route.ts';

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
      return [{ type, interaction: 'create' }, search(type, how['look-up'].parameters)];
    case 'answers':
      // Without a map of questions nothing of this is ever called.
      return route.questionMaps.length === 0
        ? []
        : [
            { type, interaction: 'create' },
            search(type, how['look-up'].parameters),
            search('CarePlan', how.assignment.parameters),
          ];
    case 'conditional-create':
      return [{ type, interaction: 'create', conditional: true }];
    case 'conditional-reference':
      return [];
  }
}

function search(type: string, by: Readonly<Record<string, string>>): Need {
  return {
    type,
    interaction: 'search-type',
    parameters: Object.keys(by).filter((name) => !name.startsWith('_')),
  };
}
