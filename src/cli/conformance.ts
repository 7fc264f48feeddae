import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bundle, Resource } from '@medplum/fhirtypes';
import { projectFolder } from '../config.ts';
import type { Definitions } from '../fhir/definitions.ts';
import { hasErrors, type Issue } from '../fhir/outcome.ts';
import { createValidator } from '../fhir/validator.ts';
import { definitionsWith } from './definitions.ts';
import type { Io } from './io.ts';
import { line } from './validate.ts';

export const conformanceUsage = `Usage: bridge conformance DIR [--mappings DIR] [--profiles DIR]

Checks every sample bundle (*/samples/*.bundle.json below the mappings) and each resource in it against R4, the
bridge's own profiles and HL7 Finland's, which are read from DIR.
  --mappings DIR  another folder than the bridge's own mappings
  --profiles DIR  another folder than the bridge's own profiles
Ends with 0 when all conform, 1 when one does not or there is none, 2 on wrong use.`;

const BASE = 'https://hl7.fi/fhir/finnish-base-profiles/StructureDefinition/fi-base-';
const SCHEDULING = 'https://hl7.fi/fhir/finnish-scheduling/StructureDefinition/fi-scheduling-';

/**
 * Which of HL7 Finland's profiles hold for every resource of a type. Others are for special cases (a reason for care,
 * an information custodian, Kanta documents) and are checked where `meta.profile` names them.
 */
const OFFICIAL: Readonly<Record<string, readonly string[]>> = {
  Appointment: [`${BASE}appointment`, `${SCHEDULING}appointment`],
  Condition: [`${BASE}condition`],
  Encounter: [`${BASE}encounter`],
  EpisodeOfCare: [`${BASE}episode-of-care`],
  HealthcareService: [`${BASE}healthcare-service`, `${SCHEDULING}healthcare-service`],
  Immunization: [`${BASE}immunization`],
  Location: [`${BASE}location`],
  Medication: [`${BASE}medication`],
  MedicationAdministration: [`${BASE}medication-administration`],
  MedicationRequest: [`${BASE}medication-request`],
  MedicationStatement: [`${BASE}medication-statement`],
  Observation: [`${BASE}observation`],
  Organization: [`${BASE}organization`],
  Patient: [`${BASE}patient`],
  Practitioner: [`${BASE}practitioner`],
  PractitionerRole: [`${BASE}practitioner-role`],
  Procedure: [`${BASE}procedure`],
  Provenance: [`${BASE}provenance`],
  Schedule: [`${BASE}schedule`],
  Slot: [`${BASE}slot`],
};

/**
 * The command `bridge conformance`.
 * @returns the exit status
 */
export async function conformance(args: string[], io: Io): Promise<number> {
  const asked = parse(args);
  if (!asked) {
    io.err(conformanceUsage);
    return 2;
  }
  const definitions = definitionsWith([asked.packages], asked.profiles);
  const official = Object.entries(OFFICIAL).flatMap(([type, urls]) => {
    const known = urls.filter((url) => definitions.structure(url));
    return known.length === 0 ? [] : [`${type}: ${known.map(shortName).join(', ')}`];
  });
  if (official.length === 0) {
    io.err(`None of HL7 Finland's profiles is in ${asked.packages}.`);
    return 2;
  }
  io.out('Official profiles checked, by type of resource:');
  for (const text of official) io.out(`    ${text}`);
  const validator = createValidator(definitions);
  const counts = { bundles: 0, resources: 0, checks: 0, failed: 0 };
  const row = (resource: string, profile: string, issues: Issue[]): void => {
    const errors = issues.filter((issue) => hasErrors([issue]));
    counts.checks += 1;
    if (errors.length > 0) counts.failed += 1;
    io.out(
      `${resource.padEnd(24)} ${profile.padEnd(44)} ${errors.length === 0 ? 'ok' : `${errors.length} errors`}`,
    );
    for (const issue of errors) io.out(`    ${line(issue)}`);
  };
  for (const file of globSync('**/samples/*.bundle.json', { cwd: asked.mappings }).sort()) {
    io.out(file);
    const bundle: Bundle = JSON.parse(readFileSync(join(asked.mappings, file), 'utf8'));
    counts.bundles += 1;
    for (const resource of [bundle, ...(bundle.entry ?? []).flatMap((entry) => entry.resource ?? [])]) {
      counts.resources += 1;
      row(resource.resourceType, 'FHIR R4', validator.validate(resource));
      for (const url of profilesFor(resource, definitions)) {
        row(resource.resourceType, shortName(url), validator.validate(resource, { profiles: [url] }));
      }
    }
  }
  io.out(
    `${counts.bundles} bundles, ${counts.resources} resources, ${counts.checks} checks, ${counts.failed} failed`,
  );
  return counts.bundles === 0 || counts.failed > 0 ? 1 : 0;
}

/** The official profiles of the resource's type, the bridge's own where it has just one of it, and those it names. */
function profilesFor({ resourceType, meta }: Resource, definitions: Definitions): Set<string> {
  const official = (OFFICIAL[resourceType] ?? []).filter((url) => definitions.structure(url));
  const own = definitions
    .profiles()
    .filter(({ type, url }) => type === resourceType && !url.startsWith('https://hl7.fi/'))
    .map(({ url }) => url);
  return new Set([...(own.length === 1 ? own : []), ...official, ...(meta?.profile ?? [])]);
}

function shortName(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

function parse(args: string[]): { packages: string; mappings: string; profiles: string } | undefined {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        mappings: { type: 'string', default: join(projectFolder, 'mappings') },
        profiles: { type: 'string', default: join(projectFolder, 'profiles') },
      },
    });
    const [packages, ...more] = positionals;
    return packages === undefined || more.length > 0 ? undefined : { ...values, packages };
  } catch {
    // Whatever parseArgs objects to, the usage text answers.
    return undefined;
  }
}
