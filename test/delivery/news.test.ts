import { expect, it } from 'vitest';
import { systemClock } from '../../src/delivery/clock.ts';
import type { NewsClaim } from '../../src/log/outbox.ts';
import { mortal } from './house.ts';
import {
  type Behaviour,
  faultsOf,
  newSecret,
  newsServer,
  openNewsHouse,
  takes,
  verified,
} from './news-house.ts';

/** The receivers' ways to fail. Those that keep the news and lose the answer come with `takes`. */
const failures: Readonly<Record<string, Behaviour>> = {
  'answers 500': (response) => response.writeHead(500).end(),
  'answers 400': (response) => response.writeHead(400).end('no'),
  'answers 404': (response) => response.writeHead(404).end(),
  'answers 410 Gone': (response) => response.writeHead(410).end(),
  'answers 429 with Retry-After': (response) => response.writeHead(429, { 'retry-after': '1' }).end(),
  'answers 503 with Retry-After as a date': (response) =>
    response.writeHead(503, { 'retry-after': new Date(Date.now() + 1_000).toUTCString() }).end(),
  'answers 302': (response) => response.writeHead(302, { location: '/elsewhere' }).end(),
  'resets the connection': (_response, { request }) => request.socket.resetAndDestroy(),
  'ends the connection': (_response, { request }) => request.socket.destroy(),
  'never answers': () => undefined,
  'begins an answer and never ends it': (response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('half');
  },
  'sends half an answer and resets': (response, { request }) => {
    response
      .writeHead(200, { 'content-length': '1000' })
      .write('half', () => request.socket.resetAndDestroy());
  },
  'drips its answer': (response) => {
    response.writeHead(200);
    const drip = setInterval(() => response.write('.'), 10);
    response.on('close', () => clearInterval(drip));
  },
  'answers what is not HTTP': (_response, { request }) =>
    void request.socket.end('220 mail.example ESMTP\r\n'),
  'takes it and loses the answer': (_response, { take, request }) => {
    take();
    request.socket.destroy();
  },
  'takes it and answers 500': (response, { take }) => {
    take();
    response.writeHead(500).end();
  },
};

it('the sender is told what became of its assessments, in the words of the contract', async () => {
  const house = await openNewsHouse();
  const secret = newSecret();
  const receiver = await newsServer();
  const given = { assessment: 'oa-1', edition: 3, correlation: 'case-1', urgency: 2 };
  const id = await house.accept(given);
  await house.finish({ state: 'held', cause: 'patient-unknown' });
  house.send({ url: receiver.url, secrets: [secret] });
  await house.until(house.empty);

  const [news] = receiver.taken;
  expect(receiver.posted).toHaveLength(1);
  if (news === undefined) return;
  expect(news.body).toEqual({
    type: 'assessment.held',
    id,
    assessment: 'oa-1',
    edition: 3,
    kind: 'cough',
    class: 'P2',
    state: 'held',
    cause: 'patient-unknown',
    explanation:
      'RECORD: The record system knows no patient with this identifier. Open the patient in the record system: a message that waits finds it by itself, a held one you redrive. Or choose the patient for it.',
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    correlation: 'case-1',
    sequence: expect.any(Number),
  });
  expect(faultsOf('News', news.body)).toEqual([]);
  expect(verified(news, secret)).toEqual(news.body);
  expect(news.headers).toMatchObject({
    'content-type': 'application/json',
    'x-correlation-id': 'case-1',
    'x-request-id': expect.any(String),
  });
  expect(house.results).toEqual(['sent']);
});

it('each state of a message is told once, in its order', async () => {
  const house = await openNewsHouse();
  const receiver = await newsServer();
  await house.accept({ assessment: 'oa-1' });
  const due = Date.now();
  await house.finish({ state: 'waiting', reason: 'encounter-missing', due });
  await house.finish({ state: 'waiting', reason: 'encounter-missing', due });
  await house.finish({ state: 'waiting', reason: 'record-unreachable', due });
  await house.finish({ state: 'delivered' });
  house.send({ url: receiver.url, secrets: [newSecret()] });
  await house.until(house.empty);
  expect(receiver.taken.map(({ body }) => [body['type'], body['cause']])).toEqual([
    ['assessment.waiting', 'encounter-missing'],
    ['assessment.waiting', 'record-unreachable'],
    ['assessment.delivered', undefined],
  ]);
  for (const { body } of receiver.taken) expect(faultsOf('News', body)).toEqual([]);
});

it.each(Object.entries(failures))(
  'a receiver that %s gets all news in the end, in order',
  async (_, fails) => {
    const house = await openNewsHouse();
    const secret = newSecret();
    let requests = 0;
    const receiver = await newsServer((...request) => {
      requests += 1;
      (requests <= 5 ? fails : takes)(...request);
    });
    await house.editions('one', 3);
    await house.editions('other', 2);
    house.send({ url: receiver.url, secrets: [secret], timeout: 100 });
    await house.until(house.empty);

    const editionsOf = (assessment: string) =>
      receiver.taken.flatMap(({ body }) => (body['assessment'] === assessment ? [body['edition']] : []));
    expect(editionsOf('one')).toEqual([1, 2, 3]);
    expect(editionsOf('other')).toEqual([1, 2]);
    expect(new Set(receiver.posted.map(({ text }) => text)).size).toBe(5);
    expect(new Set(receiver.posted.map(({ id }) => id)).size).toBe(5);
    for (const news of receiver.posted) {
      expect(verified(news, secret)).toEqual(news.body);
      expect(news.headers.host).toBe(new URL(receiver.url).host);
    }
    expect(house.results.filter((result) => result === 'sent')).toHaveLength(5);
    expect(house.lines.filter(({ text }) => text === 'news was not taken').length).toBeGreaterThanOrEqual(5);
  },
);

it('a redirect is not followed', async () => {
  const house = await openNewsHouse();
  const elsewhere = await newsServer();
  const receiver = await newsServer((response) => response.writeHead(307, { location: elsewhere.url }).end());
  await house.editions('one', 1);
  house.send({ url: receiver.url, secrets: [newSecret()] });
  await house.until(() => receiver.posted.length > 3);
  expect(elsewhere.posted).toEqual([]);
  expect(await house.log.outbox()).toMatchObject([{ to: 'sender', count: 1 }]);
  expect(new Set(house.results)).toEqual(new Set(['redirected']));
});

it('a receiver that is away for long gets everything when it is back', async () => {
  const house = await openNewsHouse();
  const secret = newSecret();
  const receiver = await newsServer();
  await receiver.close();
  await house.cases('case', 60, 2);
  house.send({ url: receiver.url, secrets: [secret] });
  await house.until(() => house.results.length > 100);
  expect(new Set(house.results)).toEqual(new Set(['unreachable']));
  expect(await house.log.outbox()).toMatchObject([{ to: 'sender', count: 120 }]);

  await receiver.open();
  await house.until(house.empty);
  expect(receiver.posted).toHaveLength(120);
  const editions = Map.groupBy(receiver.taken, ({ body }) => body['assessment']);
  expect([...editions.values()].map((news) => news.map(({ body }) => body['edition']))).toEqual(
    Array.from({ length: 60 }, () => [1, 2]),
  );
});

it('news that is never taken holds up nothing but the later news of its own case', async () => {
  const house = await openNewsHouse();
  const receiver = await newsServer((response, news) => {
    if (String(news.body['assessment']).startsWith('bad')) response.writeHead(500).end();
    else takes(response, news);
  });
  await house.cases('bad', 10, 2);
  await house.editions('good', 20);
  house.send({
    url: receiver.url,
    secrets: [newSecret()],
    settings: { times: { first: 10, most: 100, told: 100 } },
  });
  await house.until(() => receiver.taken.length === 20);
  const bad = receiver.posted.filter(({ body }) => String(body['assessment']).startsWith('bad'));
  expect(new Set(bad.map(({ body }) => body['edition']))).toEqual(new Set([1]));
  expect(await house.log.outbox()).toMatchObject([{ to: 'sender', count: 20 }]);

  receiver.behave(takes);
  await house.until(house.empty);
  expect(receiver.taken).toHaveLength(40);
});

it('news comes again when the receiver said, or else after growing pauses', async () => {
  const house = await openNewsHouse();
  const answers = ['120', '7200', new Date(Date.now() + 600_000).toUTCString(), 'soon'];
  const receiver = await newsServer((response) =>
    response.writeHead(500, { 'retry-after': answers[receiver.posted.length - 1] ?? '' }).end(),
  );
  const pauses: number[] = [];
  await house.editions('one', 1);
  house.send({
    url: receiver.url,
    secrets: [newSecret()],
    log: {
      ...house.log,
      async newsFailed(claim, due) {
        pauses.push(due - Date.now());
        await house.log.newsFailed(claim, Date.now());
      },
    },
    settings: { times: { first: 1_000, most: 4_000, told: 3_600_000 } },
  });
  await house.until(() => pauses.length > 6);
  const between = (least: number, most: number) => (pause: number) => pause > least && pause <= most;
  expect(pauses[0]).toSatisfy(between(110_000, 120_000));
  expect(pauses[1]).toSatisfy(between(3_590_000, 3_600_000));
  expect(pauses[2]).toSatisfy(between(580_000, 600_000));
  // Without a time from the receiver: the fourth pause is 1 s doubled three times, but never above the longest.
  for (const pause of pauses.slice(3)) expect(pause).toSatisfy(between(3_000, 4_000));
});

it('a receiver that asks for a pause gets no other news meanwhile', async () => {
  const house = await openNewsHouse();
  const receiver = await newsServer((response) => response.writeHead(429, { 'retry-after': '120' }).end());
  let ahead = 0;
  let looks = 0;
  await house.cases('case', 5, 1);
  house.send({
    url: receiver.url,
    secrets: [newSecret()],
    clock: {
      now: () => Date.now() + ahead,
      after(delay, run) {
        looks += 1;
        return systemClock.after(Math.min(delay, 5), run);
      },
    },
    settings: { concurrency: 1, times: { first: 1, most: 1, told: 3_600_000 } },
  });
  await house.until(() => house.results.length === 1 && looks > 20);
  expect(house.results).toEqual(['busy']);

  receiver.behave(takes);
  ahead = 121_000;
  await house.until(house.empty);
  expect(receiver.taken).toHaveLength(5);
});

it('a process that dies leaves its news to another', async () => {
  const house = await openNewsHouse();
  const secret = newSecret();
  const { log, perish } = mortal(house.log);
  const receiver = await newsServer((response, news) => {
    if (receiver.posted.length === 3) void perish();
    takes(response, news);
  });
  await house.editions('one', 2);
  await house.editions('other', 2);
  await house.editions('third', 2);
  house.send({
    url: receiver.url,
    secrets: [secret],
    log,
    settings: { lease: 150, concurrency: 3, stopLimit: 10 },
  });
  await house.until(() => receiver.posted.length >= 3);
  house.send({ url: receiver.url, secrets: [secret] });
  await house.until(house.empty);

  // The three whose answers died with the process came twice, under their names.
  expect(receiver.taken).toHaveLength(6);
  expect(receiver.posted.length).toBeGreaterThan(6);
  const editions = Map.groupBy(receiver.taken, ({ body }) => body['assessment']);
  for (const news of editions.values()) expect(news.map(({ body }) => body['edition'])).toEqual([1, 2]);
});

it('a process that stood still while its lease ended posts nothing: another may be further in the case', async () => {
  const house = await openNewsHouse();
  const receiver = await newsServer();
  let ahead = 0;
  await house.editions('one', 1);
  house.send({
    url: receiver.url,
    secrets: [newSecret()],
    clock: { ...systemClock, now: () => Date.now() + ahead },
    log: {
      ...house.log,
      async claimNews(given) {
        const claims = await house.log.claimNews(given);
        if (claims.length > 0 && ahead === 0) ahead = 60_000;
        return claims;
      },
    },
    settings: { lease: 30_000 },
  });
  await house.until(house.empty);
  expect(house.results).toEqual(['unreachable', 'sent']);
  expect(receiver.posted).toHaveLength(1);
});

it('several processes share the outbox and tell nothing twice', async () => {
  const house = await openNewsHouse();
  const receiver = await newsServer();
  await house.cases('case', 20, 3);
  const secrets = [newSecret()];
  for (let process = 0; process < 3; process += 1) house.send({ url: receiver.url, secrets });
  await house.until(house.empty);
  expect(receiver.posted).toHaveLength(60);
  const editions = Map.groupBy(receiver.posted, ({ body }) => body['assessment']);
  for (const news of editions.values()) expect(news.map(({ body }) => body['edition'])).toEqual([1, 2, 3]);
});

it('no more are posted at once than were allowed', async () => {
  const house = await openNewsHouse();
  let open = 0;
  let most = 0;
  const receiver = await newsServer((response, news) => {
    open += 1;
    most = Math.max(most, open);
    setTimeout(() => {
      open -= 1;
      takes(response, news);
    }, 2);
  });
  await house.cases('case', 30, 1);
  house.send({ url: receiver.url, secrets: [newSecret()], settings: { concurrency: 3 } });
  await house.until(house.empty);
  expect(most).toBe(3);
});

it('stopping waits for what is under way and begins nothing new', async () => {
  const house = await openNewsHouse();
  let release: () => void = () => undefined;
  const receiver = await newsServer((response, news) => {
    release = () => takes(response, news);
  });
  await house.editions('one', 2);
  const sender = house.send({ url: receiver.url, secrets: [newSecret()] });
  await house.until(() => receiver.posted.length === 1);
  const stopped = sender.stop();
  release();
  await stopped;
  expect(receiver.posted).toHaveLength(1);
  expect(await house.log.outbox()).toMatchObject([{ count: 1 }]);
});

it('stopping leaves to its lease what is not answered', async () => {
  const house = await openNewsHouse();
  const receiver = await newsServer(() => undefined);
  await house.editions('one', 1);
  const secrets = [newSecret()];
  const settings = { stopLimit: 10, lease: 100 };
  const sender = house.send({ url: receiver.url, secrets, settings, timeout: 80 });
  await house.until(() => receiver.posted.length === 1);
  await sender.stop();
  receiver.behave(takes);
  house.send({ url: receiver.url, secrets });
  await house.until(house.empty);
  expect(receiver.taken).toHaveLength(1);
});

it('a message log that is out of reach for a moment costs a repeat, not news', async () => {
  const house = await openNewsHouse();
  const receiver = await newsServer();
  await house.editions('one', 2);
  const once = new Set(['claimNews', 'newsSent']);
  function failing<Given extends unknown[], Value>(name: string, call: (...given: Given) => Promise<Value>) {
    return async (...given: Given): Promise<Value> => {
      if (once.delete(name)) throw new Error('the disk is full');
      return call(...given);
    };
  }
  house.send({
    url: receiver.url,
    secrets: [newSecret()],
    log: {
      claimNews: failing('claimNews', house.log.claimNews),
      newsSent: failing('newsSent', (claim: NewsClaim, at: number) => house.log.newsSent(claim, at)),
      newsFailed: house.log.newsFailed,
    },
    settings: { lease: 300 },
  });
  await house.until(house.empty);
  expect(receiver.taken.map(({ body }) => body['edition'])).toEqual([1, 2]);
  expect(receiver.posted).toHaveLength(3);
  expect(house.lines.map(({ text }) => text)).toEqual([
    'news could not be claimed',
    'news was left to its lease',
  ]);
});
