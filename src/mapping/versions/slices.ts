import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds that long work may keep the thread before others have their turn. */
const SLICE = 20;

/**
 * Does long work a slice at a time, so that requests and deliveries go on meanwhile. The work itself says where it
 * may be interrupted: at each `yield`.
 */
export async function inSlices<Result>(work: Generator<void, Result, void>): Promise<Result> {
  let began = performance.now();
  let step = work.next();
  while (step.done !== true) {
    if (performance.now() - began >= SLICE) {
      await nextTurn();
      began = performance.now();
    }
    step = work.next();
  }
  return step.value;
}
