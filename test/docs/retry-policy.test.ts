import { expect, it } from 'vitest';
import { deliverySettings } from '../../src/delivery/delivery.ts';
import { retryPolicy, retryTimes } from '../../src/delivery/retry-policy.ts';
import { table } from './pages.ts';

const units = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
] as const;

function inWords(milliseconds: number): string {
  const [length, unit] = units.find(([each]) => milliseconds >= each && milliseconds % each === 0) ?? [
    1,
    'millisecond',
  ];
  const count = milliseconds / length;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

it('docs/reference/retry-policy.md says what the policy says', async () => {
  const { first, most, told, limit, oldest, stop } = retryTimes;
  const { threshold, first: open, most: openMost } = deliverySettings.circuit;
  const rows = Object.entries(retryPolicy).map(([obstacle, { behaviour, cause, trouble, why }]) => [
    `\`${obstacle}\``,
    behaviour,
    `[\`${cause}\`](errors.md)`,
    trouble ? 'yes' : 'no',
    why,
  ]);
  const page = `# Retry policy

What follows each obstacle on the way into the record system, and why. The policy is a table in
\`src/delivery/retry-policy.ts\`; this page is written from it by a test.

## Behaviours

${table(
  ['Behaviour', 'What happens'],
  [
    [
      'retry',
      `the message waits, and is tried again after a growing pause, for at most ${inWords(limit)}; then it is held with \`retries-exhausted\``,
    ],
    [
      'when-told',
      `as retry, but not before the time that the record system named (at most ${inWords(told)}); until then nothing else is claimed either`,
    ],
    [
      'look-up',
      'the message is `unknown`: the record system is searched for the write; found means delivered, certainly absent means that it may be sent again, anything else is looked up later. Conditional creates are sent again in place of the search: what is there already is not made twice. Where the [route](route.md#when-an-answer-was-lost) or the record system offers no way, the message is held at once with `record-outcome-unknown`',
    ],
    [
      'wait',
      'the message waits as long as the [route](route.md) allows for its urgency class, which may be not at all, and is tried as often as the route says; then it is held',
    ],
    ['stop', `nothing is claimed for ${inWords(stop)}; then one message tries`],
    ['hold', 'the message is held: a person must do something'],
  ],
)}

## Obstacles

"Trouble" says whether the obstacle counts against the record system: ${threshold} in a row of the same call open the circuit.

${table(['Obstacle', 'Behaviour', 'Cause shown', 'Trouble', 'Why'], rows)}

## Times

${table(
  ['What', 'How long'],
  [
    ['shortest pause', inWords(first)],
    ['longest pause', inWords(most)],
    ['longest pause that the record system may ask for', inWords(told)],
    ['one cause is retried for', inWords(limit)],
    ['age after which no cause is retried', inWords(oldest)],
    ['nothing is claimed after a stop for', inWords(stop)],
    [
      'an open circuit lets a probe through after',
      `${inWords(open)}, doubled at each failed probe up to ${inWords(openMost)}`,
    ],
  ],
)}

A pause is as long as the waiting has lasted so far, between the shortest and the longest, a fifth more or less by
chance: so pauses double, and messages that failed together do not come back together.
`;
  await expect(page).toMatchFileSnapshot('../../docs/reference/retry-policy.md');
});
