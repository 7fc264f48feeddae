import { type ErrorDetail, traceOf } from '../errors.ts';
import type { MessageLog } from '../log/log.ts';
import type { MappingVersion } from '../log/message.ts';
import type { MappingFolder } from '../mapping/files/files.ts';
import type { Mappings } from '../mapping/mappings.ts';
import { createLiveMappings, type LiveMappings, type LiveStatus } from '../mapping/versions/live.ts';
import type { Metrics } from './metrics.ts';

/** What the mappings of a running bridge need besides their folder. */
export interface LiveMappingsOptions {
  readonly dir: string;
  /** Loads a folder in steps. @throws BridgeError `mapping-invalid`. */
  readonly load: (folder: MappingFolder) => Generator<void, Mappings, void>;
  readonly log: Pick<MessageLog, 'keepMappings'>;
  readonly metrics: Pick<Metrics, 'reloaded'>;
  readonly logger: {
    info(told: object, text: string): void;
    error(told: object, text: string): void;
  };
  readonly now: () => number;
}

/** Watches the folder of `first`, which becomes live at once; every version is in the log before it maps anything. */
export async function watchMappings(
  first: Mappings,
  { dir, load, log, metrics, logger, now }: LiveMappingsOptions,
): Promise<LiveMappings> {
  const keep = (mappings: Mappings) => log.keepMappings(versionOf(mappings, now()));
  await keep(first);
  return createLiveMappings({
    dir,
    first,
    load,
    keep,
    now,
    onChange({ digest, mappings }) {
      metrics.reloaded('live');
      logger.info({ digest, mappings }, 'mappings live');
    },
    onBroken(error) {
      metrics.reloaded('broken');
      logger.error({ failure: traceOf(error) }, 'changed mappings cannot be loaded; those before stay live');
    },
  });
}

/**
 * Watches the folder of a shadow version. Nothing of it is delivered, so it is not kept, and a mistake in it keeps the
 * bridge neither from starting nor from being well.
 */
export function watchShadow({
  dir,
  load,
  logger,
  now,
}: Pick<LiveMappingsOptions, 'dir' | 'load' | 'logger' | 'now'>): LiveMappings<undefined> {
  return createLiveMappings({
    dir,
    first: undefined,
    load,
    keep: async () => undefined,
    now,
    onChange: ({ digest }) => logger.info({ digest }, 'shadow mappings loaded'),
    onBroken: (error) => logger.error({ failure: traceOf(error) }, 'the shadow mappings cannot be loaded'),
  });
}

function versionOf({ digest, mappings, folder }: Mappings, at: number): MappingVersion {
  return {
    digest,
    at,
    mappings: mappings.map(({ name, digest: own }) => ({ name, digest: own })),
    files: JSON.stringify(Object.fromEntries(folder.files)),
  };
}

const SHOWN = 5;

/** What is wrong with a folder that is not live, in one line: the first mistakes at their places. */
export function showBroken({ broken }: LiveStatus): string | undefined {
  if (broken === undefined) return undefined;
  const places = broken.details.slice(0, SHOWN).map(showDetail);
  const more = broken.details.length - places.length;
  return [...places, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

function showDetail({ text, at }: ErrorDetail): string {
  return at === undefined ? text : `${at}: ${text}`;
}
