import type { KeyObject } from 'node:crypto';
import { BridgeError } from '../errors.ts';
import { exactly } from './exactly.ts';
import type { MessageContent } from './message.ts';
import { bytes, format, int, type Row, text } from './rows.ts';
import type { Sealing } from './sealing.ts';

/** What a store holds of a message's content, sealed. */
interface Sealed {
  readonly payload: Uint8Array | undefined;
  readonly bundle: Uint8Array | undefined;
}

/** Opens what was sealed. Rows have the columns of the message. */
export interface Opener {
  /** The message's own key. @throws BridgeError `data-key-wrong`. */
  key(row: Row): KeyObject;
  /** @throws BridgeError `data-key-wrong` when it cannot be opened, `internal` without a payload. */
  open(row: Row, sealed: Sealed): MessageContent;
}

const decoder = new TextDecoder();

export function createOpener(sealing: Sealing): Opener {
  function key(row: Row): KeyObject {
    return sealing.unwrap(text(row, 'id'), text(row, 'key_id'), bytes(row, 'data_key'));
  }

  return {
    key,
    open(row, { payload, bundle }) {
      const id = text(row, 'id');
      const own = key(row);
      if (payload === undefined) {
        throw new BridgeError('internal', [{ text: 'a message has lost its payload' }]);
      }
      return {
        id,
        source: text(row, 'source'),
        kind: text(row, 'kind'),
        acceptedAt: int(row, 'accepted_at'),
        correlation: text(row, 'correlation'),
        format: format(row),
        payload: exactly(sealing.open(own, id, 'payload', payload)),
        ...(bundle === undefined
          ? {}
          : {
              mapped: {
                mapping: text(row, 'mapping'),
                digest: text(row, 'digest'),
                bundle: decoder.decode(sealing.open(own, id, 'bundle', bundle)),
              },
            }),
      };
    },
  };
}

/** What `read` gives, or undefined where it cannot be opened: one spoilt message must not stand before all others. */
export function unlessSpoilt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof BridgeError) return undefined;
    throw error;
  }
}
