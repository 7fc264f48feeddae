import type { QueueClock } from './clock.ts';

/** Dues that are kept. What comes on top of them is found by the sweeper, whose looks cost the same at any number. */
const MOST = 1_000;

/** setTimeout takes no longer delay than this; the alarm then looks again. */
const LONGEST = 2 ** 31 - 1;

/** An alarm for wakes of the future: one timer, for the earliest; `ring` gets how many are due. */
export function createLater(clock: QueueClock, ring: (count: number) => void) {
  /** Ascending; the earliest are kept. */
  let dues: number[] = [];
  let cancel: (() => void) | undefined;

  function set(): void {
    cancel?.();
    cancel = undefined;
    const [earliest] = dues;
    if (earliest === undefined) return;
    cancel = clock.after(Math.min(Math.max(earliest - clock.now(), 0), LONGEST), look);
  }

  function look(): void {
    const now = clock.now();
    const count = dues.findIndex((due) => due > now);
    const due = dues.splice(0, count === -1 ? dues.length : count);
    set();
    if (due.length > 0) ring(due.length);
  }

  return {
    add(added: readonly number[]): void {
      const [before] = dues;
      dues = [...dues, ...added].sort((a, b) => a - b).slice(0, MOST);
      if (dues[0] !== before) set();
    },
    clear(): void {
      dues = [];
      set();
    },
  };
}
