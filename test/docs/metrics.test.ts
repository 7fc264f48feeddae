import { expect, it } from 'vitest';
import { createMetrics } from '../../src/operations/metrics.ts';
import { noMessages } from './no-messages.ts';
import { read, rowsOf } from './pages.ts';

it('docs/reference/metrics.md lists the figures that the bridge gives, with their kinds and meanings', async () => {
  const served = await createMetrics().render(noMessages, 0);
  const kinds = new Map(
    [...served.matchAll(/^# TYPE (bridge_\S+) (\S+)$/gm)].map(([, name, kind]) => [name, kind]),
  );
  const figures = [...served.matchAll(/^# HELP (bridge_\S+) (.+)$/gm)].map(([, name, help]) => [
    name,
    kinds.get(name),
    help,
  ]);
  const listed = rowsOf(read('docs/reference/metrics.md')).flatMap(([name = '', kind, labels, help]) =>
    labels === undefined || help === undefined ? [] : [[name.replaceAll('`', ''), kind, help]],
  );
  expect(listed).toEqual(figures);
});
