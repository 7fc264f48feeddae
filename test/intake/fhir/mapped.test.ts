import fc from 'fast-check';
import { expect, it } from 'vitest';
import { errorsOf, mapped, noteOf } from '../../mappings/live.ts';
import { items } from './arbitrary.ts';
import { readQuestionnaireResponse } from './reading.ts';
import { responseOf } from './response.ts';

it('whatever is answered as FHIR becomes a valid canonical bundle, with every text in the note', () => {
  fc.assert(
    fc.property(items, ({ value, facts }) => {
      const bundle = mapped(readQuestionnaireResponse(responseOf({ item: value })).assessment);
      expect(errorsOf(bundle)).toEqual([]);
      const note = noteOf(bundle);
      for (const fact of facts) if ('text' in fact) expect(note).toContain(fact.text);
    }),
    { numRuns: 100 },
  );
});
