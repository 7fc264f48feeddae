import { text, values } from './json.ts';
import type { Entry } from './resource.ts';
import type { Store } from './store.ts';

/** A note in the record, as a reader sees it. */
export type Note = {
  id: string;
  /** Place in the order of everything that was ever made in the twin. */
  order: number;
  created: string;
  patient: string | undefined;
  encounter: string | undefined;
  docStatus: string | undefined;
  type: string | undefined;
  text: string;
};

/** All notes after a place in the order (0 = all), oldest first, with their text decoded. */
export function notesOf(store: Store, after = 0): Note[] {
  const notes: Note[] = [];
  for (const entry of store.all('DocumentReference')) {
    if (entry.order > after) notes.push(noteOf(store, entry));
  }
  return notes.sort((one, other) => one.order - other.order);
}

function noteOf(store: Store, { resource, order, created }: Entry): Note {
  const binary = text(resource, 'content.attachment.url')?.slice('Binary/'.length) ?? '';
  const data = text(store.get('Binary', binary)?.resource, 'data') ?? '';
  return {
    id: resource.id,
    order,
    created,
    patient: text(resource, 'subject.reference')?.slice('Patient/'.length),
    encounter: text(resource, 'context.encounter.reference')?.slice('Encounter/'.length),
    docStatus: text(resource, 'docStatus'),
    type: values(resource, 'type.coding').map((coding) => text(coding, 'code'))[0],
    text: Buffer.from(data, 'base64').toString('utf8'),
  };
}
