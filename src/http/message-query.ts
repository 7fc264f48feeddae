import { urgencyClasses, urgencyRank } from '../assessment/urgency.ts';
import type { MessageLog } from '../log/log.ts';
import type { MessageFilter, MessageSummary } from '../log/message.ts';
import { type State, transitions } from '../log/state.ts';
import type { Query } from './parameters.ts';

/** Lists of messages: what they may be narrowed by, and their pages. */

const states = Object.keys(transitions) as readonly State[];
const PAGE = { default: 50, max: 200 };
const UUID = /^[0-9a-f-]{36}$/;
const CAUSE = /^[a-z-]{1,64}$/;
const KIND = /^[A-Za-z0-9._:-]{1,128}$/;
/** As the schema Identifier of openapi.yaml. */
const ASSESSMENT = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

/** @throws BridgeError `parameter-invalid`. */
export function readMessageQuery(query: Query): MessageFilter {
  const state = query.oneOf('state', states);
  const cause = query.text('cause', CAUSE);
  const kind = query.text('kind', KIND);
  const urgency = query.oneOf('class', urgencyClasses);
  const assessment = query.text('assessment', ASSESSMENT);
  const from = query.time('from');
  const to = query.time('to');
  const after = query.text('after', UUID);
  return {
    ...(state === undefined ? {} : { state }),
    ...(cause === undefined ? {} : { cause }),
    ...(kind === undefined ? {} : { kind }),
    ...(urgency === undefined ? {} : { urgency: urgencyRank(urgency) }),
    ...(assessment === undefined ? {} : { assessment }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(after === undefined ? {} : { after }),
    limit: query.integer('limit', { min: 1, max: PAGE.max }) ?? PAGE.default,
  };
}

/** One page, newest first, and the id by which the next one is asked for; none after the last. */
export async function pageOf(
  filter: MessageFilter,
  log: Pick<MessageLog, 'list'>,
): Promise<{ readonly messages: readonly MessageSummary[]; readonly next?: string }> {
  // One more than asked for tells whether there is a next page.
  const found = await log.list({ ...filter, limit: filter.limit + 1 });
  const messages = found.slice(0, filter.limit);
  const last = messages.at(-1);
  return { messages, ...(found.length > filter.limit && last !== undefined ? { next: last.id } : {}) };
}
