import { createTwin } from '../../src/sandbox/twin.ts';
import { askedToEnd, say } from './processes.ts';

/** The twin of Apotti; says at its end when each note came into the record. */

export interface TwinInput {
  /** Keeps the notes' texts out of memory. */
  readonly file?: string;
}

export interface TwinReady {
  readonly url: string;
  readonly fhirUrl: string;
  readonly tokenUrl: string;
  /** Identity codes of those who can get a note. */
  readonly hetus: readonly string[];
}

/** Each note's `DocumentReference/id`, and when it was made in milliseconds since 1970. */
export type TwinNotes = readonly { readonly location: string; readonly at: number }[];

const input: TwinInput = JSON.parse(process.argv[2] ?? '{}');
const twin = await createTwin({ population: { seed: 1, count: 400 }, postSearch: true, ...input });
const { url, fhirUrl, tokenUrl, people, store } = twin;
const hetus = people.flatMap(({ hetu, situation }) => (situation === 'encounter' ? [hetu] : []));
const ready: TwinReady = { url, fhirUrl, tokenUrl, hetus };
say(ready);
await askedToEnd();
const notes: TwinNotes = [...store.all('DocumentReference')].map(({ resource, created }) => ({
  location: `DocumentReference/${resource.id}`,
  at: Date.parse(created),
}));
await twin.close();
say(notes);
