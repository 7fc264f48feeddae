import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle } from '@medplum/fhirtypes';
import type { Assessment } from '../assessment/assessment.ts';
import type { Mappings } from './mappings.ts';
import type { MessageContext } from './predefined.ts';
import type { Trace } from './trace/trace.ts';
import { uuidOf } from './uuid.ts';
import { type Difference, differences } from './versions/differences.ts';

/** An assessment with the bundle that its mapping is expected to make. */
export interface Sample {
  /** `<mapping>/samples/<name>.json` */
  readonly file: string;
  /** Full path of the expected bundle, which may not be there yet. */
  readonly expectedPath: string;
  readonly assessment: Assessment;
  readonly expected: unknown;
}

/** Ending of an expected bundle's file. */
const EXPECTED = '.bundle.json';

/**
 * Reads the samples of a mappings folder: `<mapping>/samples/<name>.json` with `<name>.bundle.json` beside it.
 * What other folders call samples is left aside.
 * @param read checks an assessment against the contract and throws when it does not keep to it
 */
export function readSamples(folder: string, read: (value: unknown, file: string) => Assessment): Sample[] {
  return readdirSync(folder)
    .sort()
    .flatMap((mapping) => {
      const samples = join(folder, mapping, 'samples');
      if (!existsSync(samples) || !existsSync(join(folder, mapping, 'mapping.yaml'))) return [];
      const names = readdirSync(samples).filter((name) => name.endsWith('.json') && !name.endsWith(EXPECTED));
      return names.sort().map((name): Sample => {
        const expectedPath = join(samples, name.replace(/\.json$/, EXPECTED));
        const file = join(mapping, 'samples', name);
        return {
          file,
          expectedPath,
          assessment: read(json(join(samples, name)), file),
          expected: existsSync(expectedPath) ? json(expectedPath) : undefined,
        };
      });
    });
}

/**
 * Maps a sample in the context that all samples have: source `omaolo`, accepted when it was sent, the message id
 * made of the assessment's id.
 * @throws BridgeError `mapping-failed` naming the rule
 */
export function mapSample(assessment: Assessment, mappings: Mappings): Bundle {
  return mappings.map(assessment, sampleContext(assessment)).bundle;
}

/** What `mapSample` makes, with where each element of it came from. */
export function traceSample(assessment: Assessment, mappings: Mappings): Trace {
  return mappings.trace(assessment, sampleContext(assessment));
}

/** The context of `mapSample`. */
export function sampleContext({ id, times }: Assessment): MessageContext {
  return { messageId: uuidOf(id), source: 'omaolo', acceptedAt: times.sent };
}

/** How the bundle that a sample's mapping makes differs from the expected one. */
export function sampleDifferences({ assessment, expected }: Sample, mappings: Mappings): Difference[] {
  return differences(expected, mapSample(assessment, mappings));
}

function json(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
