import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../config.ts';
import { type Definitions, loadDefinitions } from '../fhir/definitions.ts';

/**
 * R4's definitions with the bridge's own profiles and those of folders of official packages.
 * @param own folder of the bridge's own profiles
 * @throws BridgeError `configuration-invalid` when a folder holds what cannot be read as definitions
 */
export function definitionsWith(
  packages: readonly string[],
  own: string = join(projectFolder, 'profiles'),
): Definitions {
  return loadDefinitions({ folders: [...(existsSync(own) ? [own] : []), ...packages] });
}
