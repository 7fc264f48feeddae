/** Time, as an argument: tests run it faster. Milliseconds; `now` since 1970 UTC. */
export interface QueueClock {
  now(): number;
  /** Runs something once, later; gives what cancels it. */
  after(delay: number, run: () => void): () => void;
}

export const queueClock: QueueClock = {
  now: () => Date.now(),
  after(delay, run) {
    const timer = setTimeout(run, delay);
    return () => clearTimeout(timer);
  },
};
