import { writeFileSync } from 'node:fs';
import { admit } from '../../src/sandbox/admission.ts';
import { population } from '../../src/sandbox/population.ts';
import { createTwin } from '../../src/sandbox/twin.ts';
import type { Somebody } from './workload.ts';

/** The twin of Apotti in a process of its own, with its state on disk; writes whom it knows into a file. */

export interface TwinInput {
  readonly port: number;
  readonly file: string;
  readonly peopleFile: string;
  readonly people: number;
  readonly seed: number;
  /** Seconds that an access token lives. */
  readonly tokenSeconds: number;
}

const { port, file, peopleFile, people, seed, tokenSeconds }: TwinInput = JSON.parse(process.argv[2] ?? '');
const twin = await createTwin({
  port,
  file,
  population: { seed, count: 0 },
  postSearch: true,
  tokenSeconds,
});

/** Of fifty people these are hindered in some way. */
const SITUATIONS: Partial<Record<number, Somebody['situation']>> = {
  7: 'waiting',
  17: 'unknown',
  27: 'restricted',
  37: 'ambiguous',
  47: 'waiting',
};

const known = population(seed, people).map((person, place): Somebody => {
  const situation = SITUATIONS[place % 50] ?? 'encounter';
  const { patient } = admit(twin.store, { ...person, situation }, new Date());
  return { hetu: person.hetu, situation, ...(patient === undefined ? {} : { patient }) };
});
writeFileSync(peopleFile, JSON.stringify(known));
process.stdout.write('ready\n');
process.once('SIGTERM', () => void twin.close());
