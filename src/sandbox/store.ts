import { openDisk } from './disk.ts';
import { values } from './json.ts';
import type { Entry, Stored } from './resource.ts';

/** The twin's memory: all resources, with look-ups by patient and by identifier. */
export type Store = {
  get(type: string, id: string): Entry | undefined;
  all(type: string): Iterable<Entry>;
  ofPatient(type: string, patientId: string): Iterable<Entry>;
  patientsByIdentifier(value: string): Iterable<Entry>;
  /** Number of resources per type. */
  counts(): Record<string, number>;
  /** Keeps new or changed resources: all of them or, if the process dies meanwhile, none. */
  put(...resources: Stored[]): void;
  close(): void;
};

/**
 * Opens the memory. With a file every change is written through to SQLite, so that it outlives a killed process
 * (not a power cut: nothing is synced, since the twin holds nothing of worth).
 */
export function openStore(file: string | undefined, now: () => Date): Store {
  const byType = new Map<string, Map<string, Entry>>();
  const byPatient = new Map<string, Map<string, Entry>>();
  const byIdentifier = new Map<string, Map<string, Entry>>();
  const disk = file === undefined ? undefined : openDisk(file);
  let order = disk?.last() ?? 0;

  function remember(entry: Entry): void {
    const { resource } = entry;
    if (onDiskOnly(resource.resourceType)) return;
    within(byType, resource.resourceType).set(resource.id, entry);
    for (const patientId of patientsOf(resource)) {
      within(byPatient, `${resource.resourceType} ${patientId}`).set(resource.id, entry);
    }
    if (resource.resourceType !== 'Patient') return;
    for (const value of values(resource, 'identifier.value')) {
      within(byIdentifier, String(value)).set(resource.id, entry);
    }
  }

  /** With a file, binaries stay in it: they are most of the weight and never searched. */
  function onDiskOnly(type: string): boolean {
    return disk !== undefined && type === 'Binary';
  }

  for (const entry of disk?.searched() ?? []) remember(entry);

  return {
    get: (type, id) => (onDiskOnly(type) ? disk?.read(type, id) : byType.get(type)?.get(id)),
    all: (type) => byType.get(type)?.values() ?? [],
    ofPatient: (type, patientId) => byPatient.get(`${type} ${patientId}`)?.values() ?? [],
    patientsByIdentifier: (value) => byIdentifier.get(value)?.values() ?? [],
    counts: () => {
      const counts = Object.fromEntries([...byType].map(([type, entries]) => [type, entries.size]));
      const binaries = disk?.binaries() ?? 0;
      return binaries === 0 ? counts : { ...counts, Binary: binaries };
    },
    put(...resources) {
      const entries = resources.map((resource) => {
        const known = byType.get(resource.resourceType)?.get(resource.id);
        if (known !== undefined) return { ...known, resource };
        order += 1;
        return { resource, order, created: now().toISOString() };
      });
      disk?.write(entries);
      for (const entry of entries) remember(entry);
    },
    close: () => disk?.close(),
  };
}

/** The ids of the patients that a resource is about. */
function patientsOf(resource: Stored): string[] {
  const references = ['subject', 'for', 'patient', 'participant.actor'].flatMap((path) =>
    values(resource, `${path}.reference`),
  );
  return references
    .map((reference) => String(reference))
    .filter((reference) => reference.startsWith('Patient/'))
    .map((reference) => reference.slice('Patient/'.length));
}

function within<V>(outer: Map<string, Map<string, V>>, key: string): Map<string, V> {
  const known = outer.get(key);
  if (known !== undefined) return known;
  const made = new Map<string, V>();
  outer.set(key, made);
  return made;
}
