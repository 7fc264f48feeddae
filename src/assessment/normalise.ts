import type { Assessment } from './assessment.ts';

/**
 * The assessment with its identity codes as they are stored in registers: in upper case. Everything else stays word
 * for word.
 */
export function normalise(assessment: Assessment): Assessment {
  const { client, filledBy } = assessment;
  const { person } = filledBy;
  return {
    ...assessment,
    client: client.hetu === undefined ? client : { ...client, hetu: client.hetu.toUpperCase() },
    filledBy:
      person?.hetu === undefined
        ? filledBy
        : { ...filledBy, person: { ...person, hetu: person.hetu.toUpperCase() } },
  };
}
