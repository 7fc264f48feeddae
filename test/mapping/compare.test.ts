import { expect, it } from 'vitest';
import { compare, explain, make } from '../../src/mapping/versions/compare.ts';
import { assessment, context, files, load } from './folder.ts';

function explained(sections: ReturnType<typeof assessment>['sections']) {
  const before = load();
  const after = load({ 'symptom/patient.yaml': `${files['symptom/patient.yaml']}active: true\n` });
  const sent = { ...assessment(), sections };
  const { changes } = compare(make(before, sent, context), make(after, sent, context), () => []);
  return explain(changes, { before, after }, sent, context);
}

it('names the rule of each changed element', () => {
  expect(explained([])).toEqual([
    expect.objectContaining({ newRule: expect.stringMatching(/^mappings\/symptom\/patient\.yaml:13:/) }),
  ]);
});

it('leaves the rules out of a change in an assessment that is too large to be traced while others wait', () => {
  const questions = Array.from({ length: 1000 }, (_, at) => ({
    id: `q${at}`,
    text: 'Vointi?',
    type: 'string' as const,
    answers: Array.from({ length: 8 }, () => ({ value: 'Hyvä' })),
  }));
  const [change, ...more] = explained([{ id: 's', questions }]);
  expect(more).toEqual([]);
  expect(change).toMatchObject({ after: { value: true } });
  expect(change).not.toHaveProperty('newRule');
});
