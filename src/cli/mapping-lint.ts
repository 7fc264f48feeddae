import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadRoute } from '../delivery/route.ts';
import { BridgeError, type ErrorDetail } from '../errors.ts';
import type { Definitions } from '../fhir/definitions.ts';
import { loadSourceSettings } from '../intake/fhir/settings.ts';
import type { JsonSchema } from '../mapping/check/shape.ts';
import { unusedIn } from '../mapping/data/unused.ts';
import { showPlace } from '../mapping/files/place.ts';
import { loadMappings } from '../mapping/mappings.ts';
import type { Io } from './io.ts';

const SOURCE = join('sources', 'questionnaire-response.yaml');

/**
 * Checks a mappings folder with its routes and the settings of the FHIR-native door, and tells what nothing uses.
 * @throws BridgeError `mapping-invalid` with every mistake of every file
 */
export function lint(
  folder: string,
  deps: { definitions(): Definitions; sourceSchema(): JsonSchema },
  io: Io,
): number {
  const mistakes: ErrorDetail[] = [];
  const attempt = <Loaded>(load: () => Loaded): Loaded | undefined => {
    try {
      return load();
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      mistakes.push(...error.details);
      return undefined;
    }
  };
  const mappings = attempt(() =>
    loadMappings({ folder, definitions: deps.definitions(), sourceSchema: deps.sourceSchema() }),
  );
  const routes = filesIn(join(folder, 'routes')).map((file) => attempt(() => loadRoute(file)));
  const source = join(folder, SOURCE);
  if (existsSync(source)) attempt(() => loadSourceSettings(source));
  if (!mappings || mistakes.length > 0) throw new BridgeError('mapping-invalid', once(mistakes));
  for (const { place, text } of unusedIn(mappings.folder)) io.out(`${showPlace(place)} unused: ${text}`);
  const { length } = mappings.mappings;
  io.out(
    `${length} mappings, ${mappings.kinds.length} kinds and ${routes.length} routes are without mistakes.`,
  );
  return 0;
}

/** Each mistake once, though two routes may name the same file. */
function once(mistakes: readonly ErrorDetail[]): ErrorDetail[] {
  return [...new Map(mistakes.map((each) => [`${each.at} ${each.text}`, each])).values()];
}

/** The YAML files of a folder, sorted; none when it is not there. */
function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return names.sort().map((name) => join(folder, name));
}
