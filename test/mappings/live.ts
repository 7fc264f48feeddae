import { readdirSync, readFileSync } from 'node:fs';
import type { Bundle, BundleEntry, Resource, ResourceType } from '@medplum/fhirtypes';
import type { Assessment } from '../../src/assessment/assessment.ts';
import { loadDefinitions } from '../../src/fhir/definitions.ts';
import { createValidator } from '../../src/fhir/validator.ts';
import { readContract } from '../../src/intake/contract.ts';
import { loadMappings } from '../../src/mapping/mappings.ts';

/** The mappings, profiles and samples of the repository, as they are. */

export const contract = readContract(readFileSync('openapi.yaml', 'utf8'));
export const definitions = loadDefinitions({ folders: ['profiles'] });
export const sourceSchema = { ...contract.schemas['Assessment'], components: { schemas: contract.schemas } };
export const mappings = loadMappings({ folder: 'mappings', definitions, sourceSchema });
const validator = createValidator(definitions);

export interface Sample {
  readonly name: string;
  readonly mapping: string;
  readonly assessment: Assessment;
  readonly expected: unknown;
}

function json(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

export const samples: readonly Sample[] = mappings.mappings.flatMap(({ name: mapping }) => {
  const folder = `mappings/${mapping}/samples`;
  return readdirSync(folder)
    .filter((file) => !file.endsWith('.bundle.json'))
    .map((file) => {
      const name = file.replace(/\.json$/, '');
      const assessment = contract.assessment(json(`${folder}/${file}`));
      return { name, mapping, assessment, expected: json(`${folder}/${name}.bundle.json`) };
    });
});

/** A sample by its name, to be varied. */
export function sample(name: string): Assessment {
  const found = samples.find((one) => one.name === name);
  if (!found) throw new Error(`no sample ${name}`);
  return found.assessment;
}

export function mapped(assessment: Assessment): Bundle {
  const acceptedAt = assessment.times.sent;
  return mappings.map(assessment, { messageId: 'any', source: 'omaolo', acceptedAt }).bundle;
}

/** The resources of a type, in the bundle's order. */
export function resources<Type extends ResourceType>(
  bundle: Bundle,
  type: Type,
): Extract<Resource, { resourceType: Type }>[] {
  const isOfType = (
    resource: BundleEntry['resource'],
  ): resource is Extract<Resource, { resourceType: Type }> => resource?.resourceType === type;
  return (bundle.entry ?? []).map(({ resource }) => resource).filter(isOfType);
}

/** The note as a reader sees it. */
export function noteOf(bundle: Bundle): string {
  const [note] = resources(bundle, 'DocumentReference');
  return Buffer.from(note?.content[0]?.attachment.data ?? '', 'base64').toString('utf8');
}

/** What FHIR and the profiles forbid in a bundle. */
export function errorsOf(bundle: Bundle): readonly unknown[] {
  return validator.validate(bundle).filter(({ severity }) => severity === 'error');
}
