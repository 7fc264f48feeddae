/** What a command may say, and when it shall end. */
export interface Io {
  out(line: string): void;
  err(line: string): void;
}

/** For commands that run until they are stopped. */
export interface RunningIo extends Io {
  /** Resolves when the process is asked to stop. */
  readonly until: Promise<void>;
}
