import fc from 'fast-check';
import { valid } from './valid.ts';

/** Values that belong hardly anywhere. */
const strange = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1.5,
    '',
    ' ',
    'x',
    '#',
    '#x',
    'urn:uuid:x',
    '2026-02-30',
    [],
    {},
    [[]],
  ),
  fc.string(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** A valid resource with one to four of its parts taken out, replaced, wrapped or joined by others. */
export const mutated: fc.Arbitrary<unknown> = fc
  .record({
    of: fc.constantFrom(...Object.values(valid)),
    changes: fc.array(
      fc.record({
        where: fc.nat(),
        how: fc.constantFrom('take out', 'replace', 'wrap', 'join'),
        value: strange,
        name: fc.oneof(
          fc.constantFrom('id', 'extension', 'status', '_status', 'text', '__proto__'),
          fc.string(),
        ),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ of, changes }) => {
    const copy: unknown = structuredClone(of);
    for (const change of changes) {
      const holders = holdersIn(copy);
      const holder = holders[change.where % holders.length];
      if (!holder) continue;
      const names = Object.keys(holder);
      const name = names[change.where % names.length];
      if (name === undefined) continue;
      if (change.how === 'join' && Array.isArray(holder)) holder.push(structuredClone(change.value));
      else if (change.how === 'join') put(holder, change.name, structuredClone(change.value));
      else if (change.how === 'replace') put(holder, name, structuredClone(change.value));
      else if (change.how === 'wrap') put(holder, name, [Reflect.get(holder, name)]);
      else if (Array.isArray(holder)) holder.splice(Number(name), 1);
      else Reflect.deleteProperty(holder, name);
    }
    return copy;
  });

/** Sets a property as JSON.parse does, `__proto__` too. */
function put(holder: object, name: string, value: unknown): void {
  Object.defineProperty(holder, name, { value, configurable: true, enumerable: true, writable: true });
}

function holdersIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(holdersIn)];
}
