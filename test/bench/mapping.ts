import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { definitionsWith } from '../../src/cli/definitions.ts';
import { projectFolder } from '../../src/config.ts';
import { readContract } from '../../src/intake/contract.ts';
import { loadMappings, type Mappings } from '../../src/mapping/mappings.ts';
import { differences } from '../../src/mapping/versions/differences.ts';
import { fortyAnswers } from './forty-answers.ts';
import { handWritten } from './hand-written.ts';
import { jsonataMapping } from './jsonata.ts';

interface Figure {
  name: string;
  value: number;
  unit: string;
  reference?: string;
}

const ROUNDS = 12;
const RUNS = { quick: 1500, slow: 40 };

/**
 * Measures the mapping of one assessment with 40 answers, in one process and in turns: the engine with the shipped
 * templates against a function written by hand, and the engine with the templates of part/ against JSONata. Each
 * figure is the median of the later half of its rounds.
 * @throws Error when two that are compared do not give the same
 */
export async function mappingBench(): Promise<Figure[]> {
  const contract = readContract(readFileSync(join(projectFolder, 'openapi.yaml'), 'utf8'));
  const assessment = contract.assessment(fortyAnswers());
  const context = { messageId: 'm', source: 'omaolo', acceptedAt: assessment.times.sent };
  const definitions = definitionsWith([]);
  const load = (folder: string): Mappings =>
    loadMappings({
      folder,
      definitions,
      sourceSchema: { $ref: '#/components/schemas/Assessment', components: { schemas: contract.schemas } },
    });
  const before = performance.now();
  const shipped = load(join(projectFolder, 'mappings'));
  const loading = performance.now() - before;
  const part = load(join(import.meta.dirname, 'part'));
  const jsonata = jsonataMapping(
    'https://omaolo-apotti-bridge.invalid/fhir/StructureDefinition/answer-display',
  );
  same('hand-written', handWritten(assessment, context), shipped.map(assessment, context).bundle);
  const { entry = [] } = part.map(assessment, context).bundle;
  same(
    'JSONata',
    await jsonata(assessment),
    entry.map(({ resource }) => resource),
  );

  const rounds = { engine: [0], byHand: [0], part: [0], jsonata: [0] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.engine.push(await timed(RUNS.quick, () => shipped.map(assessment, context)));
    rounds.byHand.push(await timed(RUNS.quick, () => handWritten(assessment, context)));
    rounds.part.push(await timed(RUNS.quick, () => part.map(assessment, context)));
    rounds.jsonata.push(await timed(RUNS.slow, () => jsonata(assessment)));
  }
  const [engine, byHand, small, slow] = [rounds.engine, rounds.byHand, rounds.part, rounds.jsonata].map(
    median,
  );
  const figure = (name: string, value = Number.NaN, unit = 'µs'): Figure => ({ name, value, unit });
  return [
    figure('mapping an assessment of 40 answers', engine),
    figure('the same by hand-written code', byHand),
    figure('mapping its questions, answers and lines only', small),
    figure('the same by JSONata', slow),
    { ...figure('mapping against hand-written', (engine ?? 0) / (byHand ?? 0), '×'), reference: '≤ 5' },
    { ...figure('JSONata against mapping', (slow ?? 0) / (small ?? 0), '×'), reference: '≥ 90' },
    figure('loading all mappings', loading, 'ms'),
  ];
}

function same(what: string, made: unknown, expected: unknown): void {
  const [first] = differences(plain(expected), plain(made));
  if (first) throw new Error(`${what} gives something else at ${first.path}: ${JSON.stringify(first)}`);
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Microseconds of one run. */
async function timed(runs: number, run: () => unknown): Promise<number> {
  const start = performance.now();
  for (let count = 0; count < runs; count += 1) {
    const made = run();
    if (made instanceof Promise) await made;
  }
  return ((performance.now() - start) * 1000) / runs;
}

/** The median of the rounds without the first half, which warm up. */
function median(times: readonly number[]): number {
  const warm = times.slice(times.length / 2).sort((a, b) => a - b);
  return warm[Math.floor(warm.length / 2)] ?? Number.NaN;
}
