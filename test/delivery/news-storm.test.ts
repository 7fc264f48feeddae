import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Behaviour, newSecret, newsServer, openNewsHouse, takes, verified } from './news-house.ts';

/** What can become of one request. The last two keep the news and lose the answer. */
const fates: Readonly<Record<string, Behaviour>> = {
  taken: takes,
  failed: (response) => response.writeHead(500).end(),
  gone: (response) => response.writeHead(410).end(),
  busy: (response) => response.writeHead(429, { 'retry-after': '1' }).end(),
  reset: (_response, { request }) => request.socket.resetAndDestroy(),
  hung: () => undefined,
  half: (response, { request }) => {
    response.writeHead(200, { 'content-length': '99' }).write('half', () => request.socket.destroy());
  },
  'taken, then reset': (_response, { take, request }) => {
    take();
    request.socket.resetAndDestroy();
  },
  'taken, then failed': (response, { take }) => {
    take();
    response.writeHead(502).end();
  },
};

it('whatever a receiver does, it gets all news, each under one name, those of a case in order', async () => {
  const secret = newSecret();
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        script: fc.array(fc.constantFrom(...Object.keys(fates)), { maxLength: 30 }),
        cases: fc.integer({ min: 1, max: 5 }),
        editions: fc.integer({ min: 1, max: 4 }),
        processes: fc.integer({ min: 1, max: 3 }),
        concurrency: fc.integer({ min: 1, max: 4 }),
      }),
      async ({ script, cases, editions, processes, concurrency }) => {
        const house = await openNewsHouse();
        let request = 0;
        const receiver = await newsServer((...given) => {
          const fate = fates[script[request] ?? 'taken'] ?? takes;
          request += 1;
          fate(...given);
        });
        await house.cases('case', cases, editions);
        for (let process = 0; process < processes; process += 1) {
          house.send({
            url: receiver.url,
            secrets: [secret],
            timeout: 100,
            settings: { concurrency },
          });
        }
        await house.until(house.empty);

        expect(receiver.taken).toHaveLength(cases * editions);
        const inOrder = Array.from({ length: editions }, (_, i) => i + 1);
        for (const taken of Map.groupBy(receiver.taken, ({ body }) => body['assessment']).values()) {
          expect(taken.map(({ body }) => body['edition'])).toEqual(inOrder);
        }
        for (const [id, posted] of Map.groupBy(receiver.posted, (news) => news.id)) {
          expect(new Set(posted.map(({ text }) => text)).size, id).toBe(1);
          for (const news of posted) expect(verified(news, secret)).toEqual(news.body);
        }
        await house.close();
        await receiver.close();
      },
    ),
    { numRuns: 15 },
  );
});
