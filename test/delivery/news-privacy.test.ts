import { expect, it } from 'vitest';
import { newSecret, newsServer, openNewsHouse, takes } from './news-house.ts';

/** What a client wrote; none of it may be in news, its headers or the log lines about it. */
const canaries = ['131052-9085', 'Kanariainen', 'Visertelin koko yön', 'Häkkipolku'];

it('neither news, nor its headers, nor log lines hold anything that a person wrote', async () => {
  const house = await openNewsHouse();
  const canary = canaries.join(' ');
  const payload = Buffer.from(JSON.stringify({ client: canary, sections: [{ text: canary }] }));
  const secret = newSecret();
  const receiver = await newsServer((response, news) => {
    if (receiver.posted.length % 2 === 1) response.writeHead(500, { 'x-echo': 'Kanariainen' }).end(canary);
    else takes(response, news);
  });
  const given = { payload, title: canary, acceptedAt: Date.now() - 86_400_000, urgency: 0 };
  for (const assessment of ['oa-1', 'oa-2']) await house.accept({ ...given, assessment });
  await house.log.alarms({ now: Date.now(), limits: new Map([[0, 1]]) });
  const note = canary;
  await house.finish({ state: 'waiting', reason: 'record-refused', due: Date.now(), note });
  await house.finish({ state: 'held', cause: 'record-refused', note });
  for (const to of ['sender', 'operations'] as const) {
    house.send({ to, url: receiver.url, secrets: [secret] });
  }
  await house.until(house.empty);

  expect(receiver.taken).toHaveLength(6);
  expect(house.lines.length).toBeGreaterThan(0);
  const seen = JSON.stringify([receiver.posted, house.lines]);
  for (const word of canaries) expect(seen).not.toContain(word);
  expect(seen).toContain('oa-1');
  expect(JSON.stringify(house.lines)).not.toContain('receiver=1');
  expect(seen).not.toContain(secret.slice(10, 30));
});
