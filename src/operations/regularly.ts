/** A task that runs again and again, never twice at once. */
export interface Regular {
  /** Runs it no more, and waits for the run under way. */
  stop(): Promise<void>;
}

/**
 * Runs `task` at once and then each time `interval` milliseconds after it ended. What it throws goes to `failed`, and
 * the next run comes all the same.
 */
export function regularly(
  task: () => Promise<void>,
  { interval, failed }: { readonly interval: number; readonly failed: (error: unknown) => void },
): Regular {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  async function run(): Promise<void> {
    try {
      await task();
    } catch (error) {
      failed(error);
    }
    if (stopped) return;
    timer = setTimeout(() => {
      running = run();
    }, interval);
    timer.unref();
  }

  let running = run();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
