import { accepting } from './message-log/accepting.ts';
import { alarms } from './message-log/alarms.ts';
import { books } from './message-log/books.ts';
import { cases } from './message-log/cases.ts';
import { claiming } from './message-log/claiming.ts';
import { contents } from './message-log/contents.ts';
import { due } from './message-log/due.ts';
import { fairness } from './message-log/fairness.ts';
import { history } from './message-log/history.ts';
import { type LogStore, suite } from './message-log/house.ts';
import { news } from './message-log/news.ts';
import { pausing } from './message-log/pausing.ts';
import { pruning } from './message-log/pruning.ts';
import { redriving } from './message-log/redriving.ts';
import { resolving } from './message-log/resolving.ts';
import { sharing } from './message-log/sharing.ts';
import { together } from './message-log/together.ts';
import { withdrawing } from './message-log/withdrawing.ts';

export { type LogStore, newMessage } from './message-log/house.ts';

const parts = [
  accepting,
  claiming,
  fairness,
  due,
  cases,
  withdrawing,
  resolving,
  redriving,
  pausing,
  history,
  books,
  contents,
  news,
  alarms,
  pruning,
  together,
];

/**
 * What every message log must do, whatever it stores in. `makeStore` gives an empty store, gone when the test is over;
 * a `shared` one can be opened several times at once.
 */
export function messageLogConformance(
  name: string,
  makeStore: () => LogStore,
  { shared = false }: { readonly shared?: boolean } = {},
): void {
  for (const part of shared ? [...parts, sharing] : parts) part(suite(name, makeStore));
}
