import { setTimeout as pause } from 'node:timers/promises';
import type { Figure } from './figures.ts';
import { send } from './load.ts';
import { fill, keyFileIn, openLog } from './messages.ts';
import { onGround } from './processes.ts';
import { ledgerOf, setStage, timesOf } from './whole-path.ts';

const OTHERS = 10_000;
const URGENT = 5;

/** Urgent messages that arrive behind ten thousand others, one after another. */
export function urgentBench(): Promise<readonly Figure[]> {
  return onGround(async (ground) => {
    keyFileIn(ground.folder);
    const filling = await openLog(ground.folder);
    await fill(filling, OTHERS);
    await filling.close();

    const stage = await setStage(ground);
    const ids: string[] = [];
    for (let i = 0; i < URGENT; i += 1) {
      await pause(500);
      const { accepted } = await send(ground, {
        url: stage.url,
        connections: 1,
        until: { count: 1 },
        prefix: `urgent-${i}-`,
        urgency: 'P0',
        hetus: stage.hetus,
      });
      for (const { id } of accepted) ids.push(id);
    }
    await pause(1500);
    const { states } = await ledgerOf(stage.url);
    const { notes, overtaken } = await stage.end();
    if (overtaken.length < URGENT) throw new Error('an urgent message was not claimed');
    const delays = (await timesOf(ground.folder, ids, notes)).map(
      ({ accepted, written }) => written - accepted,
    );
    return [
      {
        name: `others claimed before an urgent one, behind ${OTHERS}`,
        value: Math.max(...overtaken),
        unit: 'messages',
        wanted: { atMost: 0 },
        reference: `${URGENT} urgent ones; ${states['received'] ?? 0} others still to go at the end`,
      },
      {
        name: 'time of an urgent one into the record',
        value: Math.max(...delays),
        unit: 'ms',
        reference: `of each: ${delays.join(', ')}`,
      },
    ];
  });
}
