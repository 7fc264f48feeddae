import { startPostgres } from '../servers/postgres.ts';

/** Where a message log may be. */
export const stores = ['sqlite', 'postgres'] as const;
export type Store = (typeof stores)[number];

export const storeNames: Readonly<Record<Store, string>> = { sqlite: 'SQLite', postgres: 'PostgreSQL' };

/** Makes a new empty store and gives the URL of its database; undefined for SQLite, which is where its data key is. */
export type NewStore = (store: Store) => Promise<string | undefined>;

/** Measures with a PostgreSQL that waits for the disk, as in use; it is started when it is first needed. */
export async function withStores<T>(measure: (newStore: NewStore) => Promise<T>): Promise<T> {
  let postgres: ReturnType<typeof startPostgres> | undefined;
  try {
    return await measure(async (store) => {
      if (store === 'sqlite') return undefined;
      postgres ??= startPostgres({ fsync: true });
      return (await postgres).database();
    });
  } finally {
    await (await postgres)?.stop();
  }
}
