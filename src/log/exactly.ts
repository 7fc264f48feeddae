/**
 * The same bytes in memory of their own. Node hands out small buffers as windows into a pool of 64 KB, and what
 * crosses a thread border takes the whole pool with it.
 */
export function exactly(window: Uint8Array): Uint8Array {
  return window.byteLength === window.buffer.byteLength ? window : new Uint8Array(window);
}
