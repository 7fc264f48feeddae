import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import { unusedIn } from '../../src/mapping/data/unused.ts';
import { assessment, context, files, load } from './folder.ts';

const paths = Object.keys(files);

/** What a careless hand does to a file. */
const damage = fc.oneof(
  fc.record({ does: fc.constant('cut'), length: fc.integer({ min: 1, max: 12 }) }),
  fc.record({
    does: fc.constant('put'),
    text: fc.constantFrom(
      '- ',
      ': ',
      '{',
      '}',
      '[',
      ']',
      "'",
      '"',
      '\n',
      '  ',
      '%',
      '{{',
      '}}',
      '$if: ',
      '$include: ',
      '#',
      '0',
      'null',
      '~',
      '&a ',
      '*a',
      '!x ',
      ',',
      '.',
      '(',
      ')',
    ),
  }),
  fc.record({ does: fc.constant('double'), length: fc.integer({ min: 1, max: 40 }) }),
);
const spots = fc.array(fc.record({ path: fc.constantFrom(...paths), at: fc.nat(), damage }), {
  minLength: 1,
  maxLength: 3,
});

it('a damaged folder is told, at a place in one of its files, or still maps as bundles or not at all', () => {
  fc.assert(
    fc.property(spots, (changes) => {
      const changed: Record<string, string> = { ...files };
      for (const { path, at, damage } of changes) {
        const text = changed[path] ?? '';
        const begin = at % (text.length + 1);
        const rest = text.slice(begin);
        const taken = 'length' in damage ? rest.slice(0, damage.length) : '';
        const put = 'text' in damage ? damage.text : damage.does === 'double' ? taken + taken : '';
        changed[path] = text.slice(0, begin) + put + rest.slice(taken.length);
      }
      try {
        const mappings = load(changed);
        unusedIn(mappings.folder);
        mappings.map(assessment(), context);
      } catch (error) {
        if (!(error instanceof BridgeError)) throw error;
        expect(['mapping-invalid', 'mapping-failed', 'code-unmapped']).toContain(error.code);
        expect(error.details.length).toBeGreaterThan(0);
        for (const { at } of error.details)
          expect(at).toMatch(/^mappings\/\S+:\d+:\d+$|^mappings\/generic:1:1$/);
      }
    }),
    { numRuns: 100 },
  );
});
