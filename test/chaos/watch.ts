import { setTimeout as pause } from 'node:timers/promises';
import type { Books, Check, Stated } from './check.ts';
import { type Doors, notesAfter, read } from './doors.ts';

/** Watches a run: reads the books and the record all the time, and asks about messages by chance. */

export interface Watch {
  /** Reads what is new in the record. */
  readNotes(): Promise<void>;
  /** Asks for every message, then reads the record. @throws Error where no bridge answers */
  readAll(): Promise<void>;
  stop(): Promise<void>;
}

export interface WatchParts {
  readonly doors: Doors;
  readonly check: Check;
  readonly twinUrl: string;
  /** Bridges that are asked, one after the other. */
  readonly urls: readonly string[];
  /** A message to ask about. */
  readonly anyMessage: () => string | undefined;
}

const PAGE = 200;
const INTERVAL = 200;
const TRIES = 30;

export function startWatch({ doors, check, twinUrl, urls, anyMessage }: WatchParts): Watch {
  let order = 0;
  let stopped = false;
  let reading: Promise<void> = Promise.resolve();
  let turn = 0;

  async function readNew(): Promise<void> {
    for (;;) {
      const notes = await notesAfter(doors, twinUrl, order);
      for (const note of notes) {
        check.noted(note);
        order = note.order;
      }
      if (notes.length < 1000) return;
    }
  }

  /** One reader at a time, or a note would be counted twice. */
  function readNotes(): Promise<void> {
    reading = reading.then(readNew, readNew);
    return reading;
  }

  /** On a machine with much to do even the twin may answer too late now and then. */
  async function patiently(act: () => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await act();
      } catch (error) {
        if (tries === TRIES) throw error;
        await pause(1_000);
      }
    }
  }

  /** An answer of any bridge; undefined where the one whose turn it is gives none. */
  async function ask<T>(path: string): Promise<T | undefined> {
    turn += 1;
    try {
      return await read<T>(doors, `${urls[turn % urls.length]}${path}`);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return undefined;
    }
  }

  async function sample(): Promise<void> {
    const acknowledgedBefore = check.counts().acknowledged;
    const books = await ask<Omit<Books, 'acknowledgedBefore' | 'attemptedAfter'>>('/v1/operations/ledger');
    if (books !== undefined) {
      check.sampled({ ...books, acknowledgedBefore, attemptedAfter: check.counts().attempted });
    }
    const id = anyMessage();
    const message = id === undefined ? undefined : await ask<Stated>(`/v1/assessments/${id}`);
    // What was said is compared with what the record shows after it was said.
    await readNotes();
    if (message !== undefined) check.stated(message);
  }

  async function run(): Promise<void> {
    while (!stopped) {
      await patiently(sample);
      await pause(INTERVAL);
    }
  }

  async function page(after: string | undefined): Promise<{ messages: Stated[]; next?: string }> {
    const query = `limit=${PAGE}${after === undefined ? '' : `&after=${after}`}`;
    for (let tries = 0; tries < 100; tries += 1) {
      const found = await ask<{ messages: Stated[]; next?: string }>(`/v1/operations/messages?${query}`);
      if (found !== undefined) return found;
      await pause(200);
    }
    throw new Error('no bridge says where the messages are');
  }

  const running = run();
  // Whoever stops it hears of its end.
  running.catch(() => undefined);
  return {
    readNotes,
    async readAll() {
      const all: Stated[] = [];
      for (let after: string | undefined, more = true; more; more = after !== undefined) {
        const { messages, next } = await page(after);
        all.push(...messages);
        after = next;
      }
      await patiently(readNotes);
      for (const message of all) check.stated(message);
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}
