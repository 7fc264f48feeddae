import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle } from '@medplum/fhirtypes';
import type { Logger } from 'pino';
import { type Config, projectFolder } from '../config.ts';
import type { ErrorDetail } from '../errors.ts';
import { loadDefinitions } from '../fhir/definitions.ts';
import { hasErrors } from '../fhir/outcome.ts';
import { createValidator, type Validator } from '../fhir/validator.ts';
import { readContract } from '../intake/contract.ts';
import { loadSourceSettings } from '../intake/fhir/settings.ts';
import { formatsOf, readersOf } from '../intake/formats.ts';
import type { MessageLog } from '../log/log.ts';
import type { MappingFolder, ParsedFiles } from '../mapping/files/files.ts';
import { loadingMappings, loadMappings } from '../mapping/mappings.ts';
import { watchMappings, watchShadow } from '../operations/live-mappings.ts';
import type { Metrics } from '../operations/metrics.ts';
import { createShadow } from '../operations/shadow.ts';

/** The faults of a bundle that forbid sending it. */
function faultsOf(validator: Validator, bundle: unknown): readonly ErrorDetail[] {
  return validator
    .validate(bundle)
    .filter((issue) => hasErrors([issue]))
    .map(({ diagnostics, expression }) => ({ text: diagnostics, at: expression }));
}

/**
 * What is read from files before anything is opened: contract, definitions of FHIR, first mappings, settings of sources.
 * @throws BridgeError whose fault is OPERATOR with the places of all mistakes
 */
export function readFiles(config: Config) {
  const contract = readContract(readFileSync(join(projectFolder, 'openapi.yaml'), 'utf8'));
  const definitions = loadDefinitions({ folders: [config.profilesDir, ...config.packages] });
  const validator = createValidator(definitions);
  const surroundings = {
    definitions,
    sourceSchema: { $ref: '#/components/schemas/Assessment', components: { schemas: contract.schemas } },
  };
  return {
    contract,
    validator,
    surroundings,
    first: loadMappings({ folder: config.mappingsDir, ...surroundings }),
    source: loadSourceSettings(join(config.mappingsDir, 'sources', 'questionnaire-response.yaml')),
  };
}

/** How assessments are read and mapped: the live mappings, and a shadow version beside them where there is one. */
export async function startReading(
  { contract, validator, surroundings, first, source }: ReturnType<typeof readFiles>,
  parts: {
    readonly config: Config;
    readonly log: MessageLog;
    readonly metrics: Metrics;
    readonly logger: Logger;
    readonly now: () => number;
  },
) {
  const { config, log, metrics, logger, now } = parts;
  const load = (folder: MappingFolder) => loadingMappings({ folder, ...surroundings });
  const validate = (bundle: Bundle) => faultsOf(validator, bundle);
  const parsed: ParsedFiles = new Map();
  const live = await watchMappings(first, {
    dir: config.mappingsDir,
    load: (folder) => loadingMappings({ folder, parsed, ...surroundings }),
    log,
    metrics,
    logger,
    now,
  });
  const beside =
    config.shadowMappingsDir === undefined
      ? undefined
      : watchShadow({ dir: config.shadowMappingsDir, load, logger, now });
  const shadow =
    beside &&
    createShadow({
      current: beside.current,
      share: config.shadowShare,
      validate,
      observe: metrics.shadowed,
      logger,
    });
  const formats = formatsOf(source, () => live.current().kinds);
  return {
    contract,
    validator,
    load,
    validate,
    live,
    formats,
    read: readersOf(formats, contract),
    /** What the doors show of the shadow version; absent where none runs. */
    shadow: beside && shadow && { status: beside.status, report: shadow.report, share: config.shadowShare },
    /** The mapper of one try: the version that is live now, followed by the shadow version. */
    mappings: (): { map: ReturnType<typeof live.current>['map'] } => ({
      map(assessment, context) {
        const version = live.current();
        const made = version.map(assessment, context);
        metrics.unmapped(made.unmapped);
        shadow?.follow(version, made, { assessment, context });
        return made;
      },
    }),
    /** Watches the folders no more, and lets the shadow version end. */
    async close() {
      await live.close();
      await beside?.close();
      await shadow?.close();
    },
  };
}

export type Reading = Awaited<ReturnType<typeof startReading>>;
