import { BridgeError } from '../../errors.ts';
import type { MappingFolder } from '../files/files.ts';
import type { Mappings } from '../mappings.ts';
import { inSlices } from './slices.ts';

/** Earlier versions of the mappings, loaded when they are asked for. */
export interface MappingVersions {
  /**
   * The version of which a digest is: that of the folder or of one of its mappings. Undefined when none was kept, or
   * when this release of the bridge no longer takes its files.
   */
  of(digest: string): Promise<Mappings | undefined>;
}

interface Options {
  live(): Mappings;
  /** The files of the version with a digest as the message log keeps them: JSON, text by path. */
  files(digest: string): Promise<string | undefined>;
  /** Loads a folder in steps. @throws BridgeError `mapping-invalid`. */
  load(folder: MappingFolder): Generator<void, Mappings, void>;
  /** How many earlier versions stay loaded; each takes some megabytes. */
  readonly most: number;
}

/** Keeps the earlier versions that were asked for last. */
export function createMappingVersions({ live, files, load, most }: Options): MappingVersions {
  const loaded = new Map<string, Mappings>();
  return {
    async of(digest) {
      const current = live();
      if (has(current, digest)) return current;
      const known = loaded.get(digest);
      const version = known ?? (await loadOf(digest, current.folder.name, await files(digest), load));
      if (!version) return undefined;
      loaded.delete(digest);
      loaded.set(digest, version);
      const [oldest] = loaded.keys();
      if (loaded.size > most && oldest !== undefined) loaded.delete(oldest);
      return version;
    },
  };
}

function has(version: Mappings, digest: string): boolean {
  return version.digest === digest || version.mappings.some((mapping) => mapping.digest === digest);
}

async function loadOf(
  digest: string,
  name: string,
  files: string | undefined,
  load: Options['load'],
): Promise<Mappings | undefined> {
  if (files === undefined) return undefined;
  const texts: Record<string, string> = JSON.parse(files);
  try {
    const version = await inSlices(load({ name, files: new Map(Object.entries(texts)) }));
    return has(version, digest) ? version : undefined;
  } catch (error) {
    // The files were live once; a later release may know mistakes in them that an earlier one did not.
    if (error instanceof BridgeError && error.code === 'mapping-invalid') return undefined;
    throw error;
  }
}
