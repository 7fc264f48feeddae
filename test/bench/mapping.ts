import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle } from '@medplum/fhirtypes';
import type { Assessment } from '../../src/assessment/assessment.ts';
import { definitionsWith, projectFolder } from '../../src/cli/definitions.ts';
import { readContract } from '../../src/intake/contract.ts';
import { differences } from '../../src/mapping/differences.ts';
import { loadMappings } from '../../src/mapping/mappings.ts';
import { fortyAnswers } from './forty-answers.ts';
import { handWritten } from './hand-written.ts';
import { jsonataMapping, type Part } from './jsonata.ts';

interface Figure {
  name: string;
  value: number;
  unit: string;
  reference?: string;
}

const ROUNDS = 12;
const RUNS = { engine: 1500, handWritten: 1500, jsonata: 40 };

/**
 * Measures the mapping of one assessment with 40 answers, in one process and in turns: the engine with the shipped
 * templates, a function written by hand, and JSONata. Each figure is the median of its rounds.
 * @throws Error when the three do not give the same
 */
export async function mappingBench(): Promise<Figure[]> {
  const contract = readContract(readFileSync(join(projectFolder, 'openapi.yaml'), 'utf8'));
  const assessment = contract.assessment(fortyAnswers());
  const context = { messageId: 'm', source: 'omaolo', acceptedAt: assessment.times.sent };
  const before = performance.now();
  const mappings = loadMappings({
    folder: join(projectFolder, 'mappings'),
    definitions: definitionsWith([]),
    sourceSchema: { $ref: '#/components/schemas/Assessment', components: { schemas: contract.schemas } },
  });
  const loading = performance.now() - before;
  const bundle = mappings.map(assessment, context).bundle;
  const jsonata = jsonataMapping(
    'https://omaolo-apotti-bridge.invalid/fhir/StructureDefinition/answer-display',
  );
  same('hand-written', handWritten(assessment, context), bundle);
  same('JSONata', await jsonata(assessment), partOf(bundle, assessment));

  const times = { engine: [0], handWritten: [0], jsonata: [0] };
  for (let round = 0; round < ROUNDS; round += 1) {
    times.engine.push(timed(RUNS.engine, () => mappings.map(assessment, context)));
    times.handWritten.push(timed(RUNS.handWritten, () => handWritten(assessment, context)));
    const start = performance.now();
    for (let run = 0; run < RUNS.jsonata; run += 1) await jsonata(assessment);
    times.jsonata.push(((performance.now() - start) * 1000) / RUNS.jsonata);
  }
  const engine = median(times.engine);
  const byHand = median(times.handWritten);
  const other = median(times.jsonata);
  return [
    { name: 'mapping, 40 answers', value: engine, unit: 'µs' },
    { name: 'the same bundle by hand-written code', value: byHand, unit: 'µs' },
    { name: 'a part of it by JSONata', value: other, unit: 'µs' },
    { name: 'mapping against hand-written', value: engine / byHand, unit: '×', reference: '≤ 5' },
    { name: 'JSONata against mapping', value: other / engine, unit: '×', reference: '≥ 90' },
    { name: 'loading R4 and all mappings', value: loading, unit: 'ms' },
  ];
}

/** What the JSONata expression makes, cut out of the bundle. */
function partOf({ entry = [] }: Bundle, { sections }: Assessment): Part {
  const resources = entry.flatMap(({ resource }) => resource ?? []);
  const response = resources.find(({ resourceType }) => resourceType === 'QuestionnaireResponse');
  const document = resources.find((resource) => resource.resourceType === 'DocumentReference');
  const note = Buffer.from(document?.content[0]?.attachment.data ?? '', 'base64')
    .toString('utf8')
    .split('\n');
  const start = note.indexOf(sections[0]?.title ?? '') - 1;
  const end = note.indexOf('', note.indexOf(sections.at(-1)?.title ?? ''));
  return {
    item: response?.resourceType === 'QuestionnaireResponse' ? response.item : undefined,
    lines: note.slice(start, end).join('\n'),
  };
}

function same(what: string, made: unknown, expected: unknown): void {
  const [first] = differences(plain(expected), plain(made));
  if (first) throw new Error(`${what} gives something else at ${first.path}: ${JSON.stringify(first)}`);
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function timed(runs: number, run: () => unknown): number {
  const start = performance.now();
  for (let count = 0; count < runs; count += 1) run();
  return ((performance.now() - start) * 1000) / runs;
}

/** The median of the rounds without the first half, which warm up. */
function median(times: readonly number[]): number {
  const warm = times.slice(times.length / 2).sort((a, b) => a - b);
  return warm[Math.floor(warm.length / 2)] ?? Number.NaN;
}
