import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CodeSystem, StructureDefinition, ValueSet } from '@medplum/fhirtypes';
import { BridgeError } from '../errors.ts';
import { type Base, loadBase } from './base.ts';
import type { Library } from './library.ts';
import type { CodeSystemRule, Codes, Structure, ValueSetRule } from './model.ts';
import { slimCodeSystem, slimElement, slimHead, slimValueSet, withoutVersion } from './slim.ts';
import { snapshotOf } from './snapshot.ts';
import { expand } from './terminology.ts';

/** FHIR R4's definitions with those of the folders given on top. */
export interface Definitions {
  /** By url (a `|version` is ignored) or by the name of an R4 type. */
  structure(urlOrType: string): Structure | undefined;
  valueSet(url: string): ValueSetRule | undefined;
  /** All codes of a ValueSet by system; undefined when unknown or not to be told offline. */
  codes(valueSetUrl: string): Codes | undefined;
  /** Every StructureDefinition of the folders, in the order of their file names. */
  profiles(): readonly Structure[];
  /** Whether R4's definitions came from the cache, and why they could not be kept in it. */
  base: Omit<Base, 'library'>;
}

type Definition = StructureDefinition | ValueSet | CodeSystem;

const R4 = 'http://hl7.org/fhir/StructureDefinition/';

/**
 * Loads R4's definitions (see `loadBase`) and all StructureDefinitions, ValueSets and CodeSystems (`*.json`)
 * below the folders; other JSON files are passed over. A StructureDefinition may come with a differential only.
 * @throws BridgeError `configuration-invalid` when a folder or file cannot be read, a file is not JSON, or a profile's
 * base is not there
 */
export function loadDefinitions({ folders = [] }: { folders?: readonly string[] } = {}): Definitions {
  const base = loadBase();
  const own = readFolders(folders);
  const structures = new Map<string, Structure>();
  const structure = (urlOrType: string): Structure | undefined => {
    const url = withoutVersion(urlOrType.includes('/') ? urlOrType : R4 + urlOrType);
    const known = structures.get(url) ?? base.library.structure(url);
    const source = known ? undefined : own.structures.get(url);
    if (!source) return known;
    // A profile that is being made is not there yet, so that profiles on each other end as a missing base.
    own.structures.delete(url);
    const made = structureOf(source, structure);
    structures.set(url, made);
    return made;
  };
  const profiles = [...own.structures.keys()].flatMap((url) => structure(url) ?? []);
  const library: Library = {
    structure,
    valueSet: (url) => own.valueSets.get(url) ?? base.library.valueSet(url),
    codeSystem: (url) => own.codeSystems.get(url) ?? base.library.codeSystem(url),
  };
  const expansions = new Map<string, Codes | undefined>();
  return {
    structure,
    valueSet: (url) => library.valueSet(withoutVersion(url)),
    codes: (valueSetUrl) => {
      const url = withoutVersion(valueSetUrl);
      if (!expansions.has(url)) {
        const rule = library.valueSet(url);
        expansions.set(url, rule && expand(rule, library));
      }
      return expansions.get(url);
    },
    profiles: () => profiles,
    base: { cache: base.cache, cause: base.cause },
  };
}

interface Own {
  structures: Map<string, StructureDefinition>;
  valueSets: Map<string, ValueSetRule>;
  codeSystems: Map<string, CodeSystemRule>;
}

function readFolders(folders: readonly string[]): Own {
  const own: Own = { structures: new Map(), valueSets: new Map(), codeSystems: new Map() };
  for (const folder of folders) {
    for (const name of jsonFilesIn(folder)) {
      const source = readDefinition(join(folder, name));
      if (source?.resourceType === 'StructureDefinition') own.structures.set(source.url, source);
      else if (source?.resourceType === 'ValueSet' && source.url) {
        own.valueSets.set(source.url, slimValueSet({ ...source, url: source.url }));
      } else if (source?.resourceType === 'CodeSystem' && source.url) {
        own.codeSystems.set(source.url, slimCodeSystem({ ...source, url: source.url }));
      }
    }
  }
  return own;
}

function jsonFilesIn(folder: string): string[] {
  try {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    return names.filter((name) => name.endsWith('.json')).sort();
  } catch (cause) {
    throw new BridgeError('configuration-invalid', [{ text: 'The folder cannot be read.', at: folder }], {
      cause,
    });
  }
}

function readDefinition(file: string): Definition | undefined {
  try {
    const source: Definition | null = JSON.parse(readFileSync(file, 'utf8'));
    return source ?? undefined;
  } catch (cause) {
    throw new BridgeError('configuration-invalid', [{ text: 'The file is not JSON.', at: file }], { cause });
  }
}

function structureOf(source: StructureDefinition, lookup: (url: string) => Structure | undefined): Structure {
  const head = slimHead(source);
  if (source.snapshot) return { ...head, elements: source.snapshot.element.map(slimElement) };
  const base = head.base === undefined ? undefined : lookup(head.base);
  if (!base) {
    throw new BridgeError('configuration-invalid', [
      { text: `The base of the profile is not among the definitions: ${head.base}`, at: source.url },
    ]);
  }
  return { ...head, elements: snapshotOf(source.differential?.element ?? [], base, { structure: lookup }) };
}
