import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle } from '@medplum/fhirtypes';
import { packageFolder } from './base.ts';

const FILES = ['profiles-types.json', 'profiles-resources.json'];

/**
 * What FHIR R4 says of each of its elements in a few words, by path: `Task.status`. The definitions that validation
 * works with leave these out, so they are read from the package: it takes a second.
 */
export function elementShorts(): ReadonlyMap<string, string> {
  const shorts = new Map<string, string>();
  for (const file of FILES) {
    const bundle: Bundle = JSON.parse(
      readFileSync(join(packageFolder(), 'dist', 'fhir', 'r4', file), 'utf8'),
    );
    for (const { resource } of bundle.entry ?? []) {
      if (resource?.resourceType !== 'StructureDefinition') continue;
      for (const { path, short } of resource.snapshot?.element ?? []) {
        if (short !== undefined && !shorts.has(path)) shorts.set(path, short);
      }
    }
  }
  return shorts;
}
