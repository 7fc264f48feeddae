import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Assessment } from '../../src/assessment/assessment.ts';
import { arbitraryOf } from '../http/arbitrary.ts';
import { at, leaves } from './arrival.ts';
import { contract, mappings, samples } from './live.ts';

/** The elements of a bundle that hold a value, by path. */
function valued(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [path];
  if (Array.isArray(value)) return value.flatMap((each, index) => valued(each, `${path}[${index}]`));
  return Object.entries(value).flatMap(([name, inner]) =>
    valued(inner, path === '' ? name : `${path}.${name}`),
  );
}

function contextOf(assessment: Assessment) {
  return { messageId: 'any', source: 'omaolo', acceptedAt: assessment.times.sent };
}

function outcome(run: () => unknown): string {
  try {
    return JSON.stringify(run());
  } catch (error) {
    if (error instanceof Error) return `${error.message} ${JSON.stringify(Reflect.get(error, 'details'))}`;
    throw error;
  }
}

describe.each(samples)('the trace of the sample $name', ({ assessment }) => {
  const trace = mappings.trace(assessment, contextOf(assessment));
  const { bundle, mapping, digest } = mappings.map(assessment, contextOf(assessment));

  test('makes the same bundle, by the same mapping', () => {
    expect(JSON.stringify(trace.bundle)).toBe(JSON.stringify(bundle));
    expect([trace.mapping, trace.digest]).toEqual([mapping, digest]);
  });

  test('tells an origin of every value, once, at a place of a file', () => {
    const values = trace.elements.filter(({ element }) => !isObject(at(bundle, element)));
    expect(values.map(({ element }) => element).sort()).toEqual(valued(bundle).sort());
    for (const { rule } of trace.elements) expect(rule).toMatch(/^(bridge|mappings\/[\w./-]+:\d+:\d+)$/);
  });

  test('names only sources that are there', () => {
    const pointers = trace.elements
      .flatMap(({ sources, decidedBy, parts = [] }) => [
        ...[...sources, ...decidedBy],
        ...parts.flatMap((part) => [...part.sources, ...part.decidedBy]),
      ])
      .filter((source) => source.startsWith('/'));
    for (const pointer of new Set(pointers)) expect(at(assessment, pointer), pointer).toBeDefined();
  });
});

test('whatever is sent, tracing makes what mapping makes, or fails as it fails', () => {
  const schema = contract.schemas['Assessment'] ?? {};
  const kind = fc.constantFrom(...mappings.kinds.map(({ id }) => id), 'unknown');
  let mapped = 0;
  fc.assert(
    fc.property(arbitraryOf(schema, contract.schemas), kind, (value, id) => {
      const assessment = accepted(value, id);
      if (!assessment) return;
      const context = contextOf(assessment);
      const traced = outcome(() => mappings.trace(assessment, context).bundle);
      if (traced.startsWith('{')) mapped += 1;
      expect(traced).toBe(outcome(() => mappings.map(assessment, context).bundle));
    }),
    { numRuns: 200 },
  );
  expect(mapped).toBeGreaterThan(50);
});

test('a value that another answer changes names that answer among its origins', () => {
  let changed = 0;
  const change = fc.constantFrom(...samples).chain(({ assessment }) =>
    fc.record({
      assessment: fc.constant(assessment),
      // The id of an assessment is in every address of the bundle, which name no origin in it.
      leaf: fc.constantFrom(...leaves(assessment).filter(([pointer]) => !/^\/(?:id|edition)$/.test(pointer))),
    }),
  );
  fc.assert(
    fc.property(change, ({ assessment, leaf: [pointer, value] }) => {
      const other = accepted(edited(assessment, pointer, varied(value)), assessment.kind.id);
      const before = mappings.trace(assessment, contextOf(assessment));
      const after = other && mappings.trace(other, contextOf(assessment));
      // Where whole elements come or go, those after them stand elsewhere.
      if (!after || after.elements.map(pathOf).join() !== before.elements.map(pathOf).join()) return;
      for (const { element, rule } of before.elements) {
        const [old, young] = [before.bundle, after.bundle].map((bundle) => at(bundle, element));
        if (isObject(old) || old === young || rule === 'bridge') continue;
        changed += 1;
        const origins = before.elements
          .filter((each) => element.startsWith(each.element))
          .flatMap(({ sources, decidedBy }) => [...sources, ...decidedBy]);
        expect(origins, `${element} changes with ${pointer}`).toContain(pointer);
      }
    }),
    { numRuns: 250 },
  );
  expect(changed).toBeGreaterThan(100);
});

function pathOf({ element }: { readonly element: string }): string {
  return element;
}

/** Another value of the same type. */
function varied(value: unknown): unknown {
  if (typeof value === 'string') return `${value} X`;
  return typeof value === 'number' ? value + 1 : !value;
}

/** The value with what stands at a pointer replaced. */
function edited(value: unknown, pointer: string, by: unknown): unknown {
  const [, step = '', ...steps] = pointer.split('/');
  if (pointer === '') return by;
  const inner = edited(at(value, `/${step}`), steps.map((name) => `/${name}`).join(''), by);
  return Array.isArray(value) ? value.with(Number(step), inner) : { ...Object(value), [step]: inner };
}

function accepted(value: unknown, id: string): Assessment | undefined {
  try {
    const assessment = contract.assessment(value);
    return { ...assessment, kind: { ...assessment.kind, id } };
  } catch {
    // The generator follows the schema, not the rules between members.
    return undefined;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
