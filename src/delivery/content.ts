import { BridgeError, type ErrorDetail } from '../errors.ts';
import type { Claim, Ending } from '../log/message.ts';
import { isJson, type Json } from '../record/json.ts';
import type { DeliveryContext } from './context.ts';

/** A message's canonical bundle. */
interface Content {
  readonly bundle: Json;
  /** What the log has yet to store, where the bundle was made just now. */
  readonly fresh?: { readonly mapping: string; readonly digest: string; readonly bundle: string };
}

/** The bundle that is or will be written, or the ending of a message that has none which may be sent. */
export type ContentOrEnding =
  | { readonly ok: true; readonly content: Content }
  | { readonly ok: false; readonly ending: Ending };

/** Takes the stored bundle, or maps and validates: a bundle that breaks its profiles is never sent. */
export function contentOf(claim: Claim, context: DeliveryContext): ContentOrEnding {
  // A message that begins anew is mapped anew.
  if (claim.mapped !== undefined && claim.state !== 'received') {
    const bundle: unknown = JSON.parse(claim.mapped.bundle);
    if (!isJson(bundle)) throw new TypeError('the stored bundle of a message is no object');
    return { ok: true, content: { bundle } };
  }
  try {
    return mapped(claim, context);
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    if (error.code !== 'mapping-failed' && error.code !== 'code-unmapped') throw error;
    return held(error.code, error.details);
  }
}

function mapped(claim: Claim, context: DeliveryContext): ContentOrEnding {
  const { mapping, digest, bundle } = context.mappings().map(context.read(claim), {
    messageId: claim.id,
    source: claim.source,
    acceptedAt: new Date(claim.acceptedAt).toISOString(),
  });
  const faults = context.validate(bundle);
  if (faults.length > 0) return held('bundle-invalid', faults);
  const fresh = { mapping, digest, bundle: JSON.stringify(bundle) };
  return { ok: true, content: { bundle: { ...bundle }, fresh } };
}

const shown = 5;

function held(
  cause: 'mapping-failed' | 'code-unmapped' | 'bundle-invalid',
  details: readonly ErrorDetail[],
): ContentOrEnding {
  const places = details.slice(0, shown).map(({ text, at }) => (at === undefined ? text : `${at}: ${text}`));
  const more = details.length > shown ? [`and ${details.length - shown} more`] : [];
  return { ok: false, ending: { state: 'held', cause, note: [...places, ...more].join('; ') } };
}
