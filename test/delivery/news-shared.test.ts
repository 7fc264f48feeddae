import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPostgresLog } from '../../src/log/postgres.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { newSecret, newsServer, openNewsHouse, takes, verified } from './news-house.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

it('processes that share a log write and post news at the same time: all of it comes, in order, once where nothing fails', async () => {
  const url = await server.database();
  const keys = [{ id: 'k', bytes: randomBytes(32) }];
  const houses = await Promise.all(
    [1, 2, 3].map(() =>
      openNewsHouse(() => openPostgresLog({ url, keys, newsTo: ['sender'], connections: 4, mayLose: true })),
    ),
  );
  const [first] = houses;
  if (first === undefined) throw new Error('no process');
  const secret = newSecret();
  const receiver = await newsServer();
  for (const house of houses) house.send({ url: receiver.url, secrets: [secret] });
  await Promise.all(houses.map((house, n) => house.cases(`quiet-${n}`, 5, 4)));
  await first.until(first.empty);
  expect(receiver.posted).toHaveLength(60);

  receiver.behave((response, news) => {
    const turn = receiver.posted.length % 5;
    if (turn === 1) response.writeHead(500).end();
    else if (turn === 3) {
      news.take();
      news.request.socket.destroy();
    } else takes(response, news);
  });
  await Promise.all(houses.map((house, n) => house.cases(`stormy-${n}`, 5, 4)));
  await first.until(first.empty);

  expect(receiver.taken).toHaveLength(120);
  for (const taken of Map.groupBy(receiver.taken, ({ body }) => body['assessment']).values()) {
    expect(taken.map(({ body }) => body['edition'])).toEqual([1, 2, 3, 4]);
  }
  for (const news of receiver.posted) expect(verified(news, secret)).toEqual(news.body);
});
