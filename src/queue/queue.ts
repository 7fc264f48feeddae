/**
 * Wakes workers; knows nothing of messages but that there may be some. What is claimed, and in which order, is the
 * message log's alone, so a wake may be lost with the process and be repeated at will.
 */
export interface Queue {
  /** Says that a message may be due. `urgency` is 0 (P0) to 9. Returns at once. */
  wake(job: { readonly id: string; readonly urgency: number }): void;
  /**
   * Runs `work` while it finds something, at most `concurrency` at a time, and again after every wake.
   * `work` gives whether it found something and must not reject. Called once.
   */
  run(work: () => Promise<boolean>, options: { readonly concurrency: number }): void;
  /** Begins no more work, and waits for what is under way. */
  close(): Promise<void>;
}
