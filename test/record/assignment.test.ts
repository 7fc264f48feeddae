import { expect, it } from 'vitest';
import { answer, outcome, recordAt, scripted, searchset } from './server.ts';

const wish = {
  parameters: { patient: 'p', status: 'active' },
  at: 'activity.detail.instantiatesCanonical',
  questionnaire: 'Questionnaire/q-1',
};

function carePlan(questionnaire: string, value: string | undefined, system?: string) {
  const identifier = [{ use: 'official' }, { ...(system && { system }), ...(value && { value }) }];
  return {
    resourceType: 'CarePlan',
    identifier,
    activity: [{ detail: { instantiatesCanonical: [questionnaire] } }],
  };
}

it('finds the assignments of a questionnaire, however its address is written', async () => {
  const plans = [
    carePlan('Questionnaire/q-1', 'a', 's'),
    carePlan('https://r.example/R4/Questionnaire/q-1|3', 'b'),
    carePlan('Questionnaire/q-10', 'c'),
    carePlan('Questionnaire/q-1', undefined),
    { resourceType: 'CarePlan', identifier: [{ value: 'd' }] },
  ];
  const { url, received } = await scripted(answer(200, searchset(...plans)));
  expect(await recordAt(url).findAssignments(wish, 'c-1')).toEqual({
    ok: true,
    value: [{ system: 's', value: 'a' }, { value: 'b' }],
  });
  expect(received[0]?.body).toBe('patient=p&status=active');
});

it('looks on all pages', async () => {
  const { url, received } = await scripted(
    (response) => {
      const link = [{ relation: 'next', url: `${url}/CarePlan?page=2` }];
      answer(200, { ...searchset(carePlan('Questionnaire/q-1', 'a')), link })(response, {
        method: '',
        url: '',
        headers: {},
        body: '',
      });
    },
    answer(200, searchset(carePlan('Questionnaire/q-1', 'b'))),
  );
  expect(await recordAt(url).findAssignments(wish, 'c-1')).toMatchObject({
    value: [{ value: 'a' }, { value: 'b' }],
  });
  expect(received).toHaveLength(2);
});

it('concludes nothing from an answer that may lack something', async () => {
  const { url } = await scripted(answer(200, searchset(outcome('4119', 'warning'))));
  expect(await recordAt(url).findAssignments(wish, 'c-1')).toMatchObject({ finding: { kind: 'incomplete' } });
});
