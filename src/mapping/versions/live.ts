import { basename, join, relative } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { BridgeError, type ErrorDetail } from '../../errors.ts';
import { type MappingFolder, readMappingFolder } from '../files/files.ts';
import type { Mappings } from '../mappings.ts';
import { inSlices } from './slices.ts';

/** What is live, and whether the folder holds something else that could not be loaded. Times in milliseconds since 1970. */
export interface LiveStatus {
  readonly digest?: string;
  /** When this version became live. */
  readonly since?: number;
  readonly broken?: { readonly at: number; readonly details: readonly ErrorDetail[] };
}

/** A folder of mappings whose changes go live by themselves, whole or not at all. */
export interface LiveMappings<First extends Mappings | undefined = Mappings> {
  current(): Mappings | First;
  status(): LiveStatus;
  /** Watches no more. */
  close(): Promise<void>;
}

/** Milliseconds. */
export interface LiveTimes {
  /** Between two looks at the folder. */
  readonly look: number;
  /** The folder must stay as it is for so long before it is loaded: an editor may be in the middle of saving. */
  readonly settle: number;
  /** Before the next try when something else than the files was in the way. */
  readonly again: number;
}

const usualTimes: LiveTimes = { look: 100, settle: 100, again: 5_000 };

interface Options<First> {
  readonly dir: string;
  /** What is live at the start; undefined when the first version may become live as every later one. */
  readonly first: First;
  readonly times?: Partial<LiveTimes>;
  /** Loads a folder in steps. @throws BridgeError `mapping-invalid`. */
  load(folder: MappingFolder): Generator<void, Mappings, void>;
  /** Called before a new version maps anything; the version does not go live when this fails. */
  keep(mappings: Mappings): Promise<void>;
  now(): number;
  onChange(mappings: Mappings): void;
  /** Told once for each state of the folder that cannot be loaded; the version before stays live. */
  onBroken(error: unknown): void;
}

/**
 * Looks at a folder ten times a second and makes what it finds live. All files are read each time (a millisecond for
 * some sixty of them): events of the file system get lost on network drives and mounted volumes, and do not follow a
 * folder that is replaced by a symbolic link. Whoever asks for `current()` has one version, never parts of two.
 */
export function createLiveMappings<First extends Mappings | undefined>(
  options: Options<First>,
): LiveMappings<First> {
  const { dir, first, load, keep, now, onChange, onBroken } = options;
  const times = { ...usualTimes, ...options.times };
  const stop = new AbortController();
  let current: Mappings | First = first;
  let since = first === undefined ? undefined : now();
  let tried: Reading | undefined = first === undefined ? undefined : { folder: first.folder };
  let broken: LiveStatus['broken'];

  /** Tries what was read; false when something else than the files was in the way. */
  async function attempt(reading: Reading): Promise<boolean> {
    try {
      if ('failure' in reading) throw reading.failure;
      const next = await inSlices(load(reading.folder));
      await keep(next);
      if (next.digest !== current?.digest) since = now();
      current = next;
      broken = undefined;
      onChange(next);
      return true;
    } catch (error) {
      const foreseen = error instanceof BridgeError;
      broken = { at: now(), details: foreseen ? detailsOf(error) : [{ text: UNFORESEEN }] };
      onBroken(error);
      return foreseen && error.code === 'mapping-invalid';
    }
  }

  async function look(): Promise<number> {
    const reading = read(dir);
    if (tried !== undefined && isSame(reading, tried)) return times.look;
    await after(times.settle, undefined, { signal: stop.signal });
    if (!isSame(reading, read(dir))) return 0;
    tried = reading;
    if (await attempt(reading)) return times.look;
    tried = undefined;
    return times.again;
  }

  async function watch(): Promise<void> {
    let pause = first === undefined ? 0 : times.look;
    try {
      for (;;) {
        await after(pause, undefined, { signal: stop.signal, ref: false });
        pause = await look();
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    }
  }

  const watching = watch();
  return {
    current: () => current,
    status: () => ({
      ...(current === undefined ? {} : { digest: current.digest }),
      ...(since === undefined ? {} : { since }),
      ...(broken === undefined ? {} : { broken }),
    }),
    close() {
      stop.abort();
      return watching;
    },
  };
}

const UNFORESEEN = 'They could not be loaded, for a reason that is in the log.';

/** The folder at one moment, or why it could not be read: a file can vanish while the others are read. */
type Reading = { readonly folder: MappingFolder } | { readonly failure: BridgeError };

function read(dir: string): Reading {
  try {
    return { folder: readMappingFolder(dir) };
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const { code = cause.name, path } = cause as NodeJS.ErrnoException;
    const at = path === undefined ? {} : { at: join(basename(dir), relative(dir, path)) };
    return {
      failure: new BridgeError('mapping-invalid', [{ text: `cannot be read: ${code}`, ...at }], { cause }),
    };
  }
}

function isSame(a: Reading, b: Reading): boolean {
  if ('failure' in a || 'failure' in b) {
    return (
      'failure' in a &&
      'failure' in b &&
      JSON.stringify(a.failure.details) === JSON.stringify(b.failure.details)
    );
  }
  const texts = b.folder.files;
  return (
    a.folder.files.size === texts.size &&
    [...a.folder.files].every(([path, text]) => texts.get(path) === text)
  );
}

function detailsOf(error: BridgeError): readonly ErrorDetail[] {
  return error.details.length > 0 ? error.details : [{ text: error.message }];
}
