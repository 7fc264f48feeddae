import type { MessageLog } from './log.ts';
import type { By } from './message.ts';
import type { Pause } from './people.ts';
import { type Database, statement } from './postgres-database.ts';
import { ADVISORY, advisory } from './postgres-schema.ts';
import { actOf, int, optional, type Row, text } from './rows.ts';

export const insertAct = statement('INSERT INTO acts (at, act, who, why, note) VALUES ($1, $2, $3, $4, $5)');
const lockActs = statement(`SELECT pg_advisory_xact_lock(${ADVISORY}, ${advisory.acts})`);
const newestActs = statement('SELECT * FROM acts ORDER BY seq DESC LIMIT $1');
const lastPause = statement("SELECT * FROM acts WHERE act <> 'redrive' ORDER BY seq DESC LIMIT 1");

function pauseIn([row]: readonly Row[]): Pause | undefined {
  if (row === undefined || actOf(row) !== 'pause') return undefined;
  return { at: int(row, 'at'), who: text(row, 'who'), why: text(row, 'why') };
}

/** What people do to delivery as a whole: two who pause at the same time do it once. */
export function createPausing(db: Database): Pick<MessageLog, 'pause' | 'resume' | 'paused' | 'acts'> {
  async function turn(act: 'pause' | 'resume', { who, why }: By, at: number): Promise<void> {
    await db.transaction(async (tx) => {
      const [, last] = await Promise.all([tx.query(lockActs), tx.query(lastPause)]);
      if ((pauseIn(last) === undefined) === (act === 'pause')) {
        await tx.query(insertAct, [at, act, who, why, null]);
      }
    });
  }

  return {
    pause: (by, at) => turn('pause', by, at),
    resume: (by, at) => turn('resume', by, at),
    paused: async () => pauseIn(await db.query(lastPause)),

    acts: async (limit) =>
      (await db.query(newestActs, [limit])).map((row) => ({
        at: int(row, 'at'),
        act: actOf(row),
        who: text(row, 'who'),
        why: text(row, 'why'),
        ...optional('note', row, 'note', text),
      })),
  };
}
