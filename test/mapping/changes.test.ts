import type { Bundle, Resource } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesBetween, patternOf } from '../../src/mapping/versions/changes.ts';
import { createTally } from '../../src/mapping/versions/tally.ts';

function bundle(resources: Record<string, Resource>, given: Partial<Bundle> = {}): Bundle {
  const entry = Object.entries(resources).map(([fullUrl, resource]) => ({ fullUrl, resource }));
  return { resourceType: 'Bundle', type: 'collection', ...given, entry };
}

const task = (given: object = {}): Resource => ({
  resourceType: 'Task',
  status: 'requested',
  intent: 'order',
  ...given,
});

const response = (...items: readonly [string, string][]): Resource => ({
  resourceType: 'QuestionnaireResponse',
  status: 'completed',
  item: items.map(([linkId, valueString]) => ({ linkId, answer: [{ valueString }] })),
});

const shown = (before: Bundle, after: Bundle) =>
  changesBetween(before, after).map(({ kind, element }) => `${kind} ${element}`);

describe('the changes between two bundles', () => {
  it('are none between equal bundles, also when members stand in another order', () => {
    const one = bundle({ t: task({ priority: 'stat' }) });
    const other = bundle({
      t: { priority: 'stat', intent: 'order', status: 'requested', resourceType: 'Task' },
    });
    expect(changesBetween(one, other)).toEqual([]);
  });

  it('name what was added, removed and changed, with where it stands on each side', () => {
    const before = bundle({
      p: { resourceType: 'Patient' },
      t: task({ priority: 'stat', description: 'a' }),
    });
    const after = bundle({ t: task({ priority: 'urgent', groupIdentifier: { value: 'g' } }) });
    expect(changesBetween(before, after)).toEqual([
      {
        kind: 'changed',
        element: 'Task.priority',
        before: { path: 'entry[1].resource.priority', value: 'stat' },
        after: { path: 'entry[0].resource.priority', value: 'urgent' },
      },
      {
        kind: 'added',
        element: 'Task.groupIdentifier',
        after: { path: 'entry[0].resource.groupIdentifier', value: { value: 'g' } },
      },
      {
        kind: 'removed',
        element: 'Task.description',
        before: { path: 'entry[1].resource.description', value: 'a' },
      },
      {
        kind: 'removed',
        element: 'Patient',
        before: { path: 'entry[0].resource', value: { resourceType: 'Patient' } },
      },
    ]);
  });

  it('do not call all items different when one comes between them', () => {
    const before = bundle({ q: response(['a', '1'], ['c', '3']) });
    const after = bundle({ q: response(['a', '1'], ['b', '2'], ['c', '4']) });
    expect(shown(before, after)).toEqual([
      'added QuestionnaireResponse.item[1]',
      'changed QuestionnaireResponse.item[2].answer[0].valueString',
    ]);
  });

  it('go by the place where names are not unique', () => {
    const before = bundle({ q: response(['a', '1'], ['a', '2']) });
    const after = bundle({ q: response(['a', '1'], ['a', '3']) });
    expect(shown(before, after)).toEqual(['changed QuestionnaireResponse.item[1].answer[0].valueString']);
  });

  it('tell of the bundle itself too', () => {
    expect(shown(bundle({}, { timestamp: '2026-01-01T00:00:00Z' }), bundle({}))).toEqual([
      'removed Bundle.timestamp',
    ]);
  });

  it('are found wherever one value is different, and only there', () => {
    const json = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(json, json, (one, other) => {
        const a = bundle({ t: task({ input: one }) });
        const b = bundle({ t: task({ input: other }) });
        expect(changesBetween(a, a)).toEqual([]);
        const isSame = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
        expect(changesBetween(a, b).length === 0).toBe(isSame);
        expect(changesBetween(b, a)).toHaveLength(changesBetween(a, b).length);
      }),
    );
  });
});

/** The same value with the members of its objects in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}

it('counts changes by element without indexes, and messages once', () => {
  const tally = createTally();
  const of = (element: string) => ({ kind: 'changed' as const, element });
  tally.add([of('Task.input[0].type'), of('Task.input[7].type'), of('Task.status')]);
  tally.add([{ kind: 'added', element: 'Task.input[1].type' }]);
  expect(tally.elements()).toEqual([
    { element: 'Task.input[].type', messages: 2, added: 1, removed: 0, changed: 2 },
    { element: 'Task.status', messages: 1, added: 0, removed: 0, changed: 1 },
  ]);
  expect(patternOf('a[10].b[0].c')).toBe('a[].b[].c');
});
