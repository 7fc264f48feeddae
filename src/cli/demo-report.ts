import type { DemoResult, Sent } from './demo-result.ts';
import { table } from './table.ts';

/** The demonstration's result for people: what was sent, where it is, what stands in the record, what is held and why. */

function counted<Item>(
  items: readonly Item[],
  key: (item: Item) => string,
): readonly (readonly [string, Item[]])[] {
  return [...Map.groupBy(items, key)].toSorted(([one], [other]) => one.localeCompare(other));
}

function where({ status, state, cause }: Sent): string {
  if (state === undefined) return `refused (${status})`;
  return cause === undefined ? state : `${state}: ${cause}`;
}

export function reportLines({ ok, kills, sent, ledger, notes }: DemoResult): readonly string[] {
  const what = counted(sent, (one) => `${one.shows}\u0000${where(one)}`).map(([, group]) => {
    const [first] = group;
    return first === undefined
      ? []
      : [
          first.shows,
          where(first),
          String(group.length),
          String(group.reduce((sum, { notes: n }) => sum + n, 0)),
        ];
  });
  const standing = sent.filter(({ cause }) => cause !== undefined);
  const reasons = counted(standing, ({ cause }) => cause ?? '').flatMap(([cause, group]) => [
    `  ${cause} (${group.length}): ${group[0]?.explanation ?? ''}`,
  ]);
  const wrong = sent.filter(({ problems }) => problems.length > 0);
  const states = Object.entries(ledger.states).filter(([, count]) => count > 0);
  return [
    `${sent.length} sent${kills === 0 ? '' : `, the bridge killed ${kills} times on the way`}`,
    '',
    ...table(['what was sent', 'where it is now', 'how many', 'notes in the record'], what),
    '',
    'what waits or is held, and why:',
    ...reasons,
    '',
    `books: ${ledger.accepted} accepted = ${states.map(([state, count]) => `${count} ${state}`).join(' + ')}${ledger.balanced ? '' : ' DO NOT BALANCE'}`,
    `record: ${notes} notes, each with its answers word for word`,
    '',
    ...(ok
      ? ['All are where they should be.']
      : [
          'NOT where they should be:',
          ...wrong.map(
            ({ assessment, edition, problems }) =>
              `  ${assessment} edition ${edition}: ${problems.join('; ')}`,
          ),
        ]),
  ];
}
