import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../../src/delivery/clock.ts';
import { startNews } from '../../src/delivery/news.ts';
import type { NewsResult } from '../../src/delivery/news-answer.ts';
import { newsReceiver } from '../../src/delivery/news-receiver.ts';
import { readContract } from '../../src/intake/contract.ts';
import type { MessageLog } from '../../src/log/log.ts';
import type { Ending, NewMessage } from '../../src/log/message.ts';
import { openSqliteLog } from '../../src/log/sqlite.ts';
import { createTransport } from '../../src/record/transport.ts';
import { temporaryFolder } from '../temporary.ts';

const contract = readContract(readFileSync('openapi.yaml', 'utf8'));

/** A request as it came to a receiver. */
export interface Posted {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly id: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a receiver does with a request: `take` keeps the news, as a receiver's database does. */
export type Behaviour = (
  response: ServerResponse,
  news: Posted & { take(): void; readonly request: IncomingMessage },
) => void;

export const takes: Behaviour = (response, { take }) => {
  take();
  response.writeHead(204).end();
};

export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** A real HTTP receiver. It is there from `open` to `close`, at the same address each time. */
export async function newsServer(behave: Behaviour = takes) {
  /** Every request that came as a whole. */
  const posted: Posted[] = [];
  /** What the receiver keeps: of each `webhook-id` the first. */
  const taken: Posted[] = [];
  let behaviour = behave;
  let port = 0;
  let server = createServer();

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const body: Record<string, unknown> = JSON.parse(text);
      const news = { headers: request.headers, text, id: String(request.headers['webhook-id']), body };
      posted.push(news);
      const take = () => {
        if (!taken.some(({ id }) => id === news.id)) taken.push(news);
      };
      behaviour(response, { ...news, take, request });
    });
  }

  async function open(): Promise<void> {
    server = createServer(handle);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const address = server.address();
    if (address !== null && typeof address === 'object') ({ port } = address);
  }

  async function close(): Promise<void> {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  await open();
  onTestFinished(async () => {
    if (server.listening) await close();
  });
  return {
    url: `http://127.0.0.1:${port}/news?receiver=1`,
    posted,
    taken,
    behave(next: Behaviour) {
      behaviour = next;
    },
    open,
    close,
  };
}

function openOwnLog(): Promise<MessageLog> {
  const keys = [{ id: 'k', bytes: randomBytes(32) }];
  return openSqliteLog({
    file: join(temporaryFolder(), 'log.sqlite'),
    keys,
    newsTo: ['sender', 'operations'],
  });
}

/** A log with an outbox for everyone, and what fills it and empties it. */
export async function openNewsHouse(openLog = openOwnLog) {
  const folder = temporaryFolder();
  const log = await openLog();
  const senders: { stop(): Promise<void> }[] = [];
  const lines: { text: string; fields: object }[] = [];
  const results: NewsResult[] = [];
  const note = (fields: object, text: string) => void lines.push({ fields, text });
  let closed = false;
  async function close(): Promise<void> {
    if (closed) return;
    closed = true;
    await Promise.all(senders.map((each) => each.stop()));
    await log.close();
  }
  onTestFinished(close);

  function receiverAt(url: string, secrets: readonly string[]) {
    const secretFile = join(folder, `${randomUUID()}.secret`);
    writeFileSync(secretFile, secrets.join('\n'));
    return newsReceiver({ url, secretFile });
  }

  async function accept(given: Partial<NewMessage> = {}): Promise<string> {
    const id = randomUUID();
    const now = Date.now();
    await log.accept({
      id,
      source: 'omaolo',
      assessment: id,
      edition: 1,
      kind: 'cough',
      kindVersion: '1',
      title: 'Yskä',
      urgency: 4,
      sentAt: now,
      acceptedAt: now,
      trial: false,
      correlation: randomUUID(),
      format: 'assessment',
      payload: Buffer.from(JSON.stringify({ id })),
      ...given,
    });
    return id;
  }

  /** News of a case, one line for each edition. */
  async function editions(assessment: string, count: number): Promise<void> {
    for (let edition = 1; edition <= count; edition += 1) {
      await log.withdraw(await accept({ assessment, edition }), Date.now());
    }
  }

  return {
    log,
    close,
    /** What the log lines of the senders say. */
    lines,
    /** How the tries ended. */
    results,
    accept,
    /** Ends a try of every message that is due. */
    async finish(ending: Ending): Promise<void> {
      for (const claim of await log.claim({ now: Date.now(), lease: 1_000, limit: 1_000 })) {
        const lease = { id: claim.id, fence: claim.fence };
        await log.mapped(lease, { mapping: 'm', digest: 'd', bundle: '{}', at: Date.now() });
        await log.intend(lease, { name: 'DocumentReference', at: Date.now() });
        await log.finish(lease, ending, Date.now());
      }
    },
    editions,
    /** News of several cases, called `name-0` and so on. */
    async cases(name: string, cases: number, count: number): Promise<void> {
      await Promise.all(Array.from({ length: cases }, (_, n) => editions(`${name}-${n}`, count)));
    },
    /** Begins to post; quick pauses. */
    send(options: {
      readonly url: string;
      readonly secrets: readonly string[];
      readonly to?: 'sender' | 'operations';
      readonly log?: Pick<MessageLog, 'claimNews' | 'newsSent' | 'newsFailed'>;
      readonly timeout?: number;
      readonly clock?: Clock;
      readonly settings?: Parameters<typeof startNews>[0]['settings'];
    }) {
      const { clock = systemClock, timeout = 10_000 } = options;
      const transport = createTransport({ connections: 16, timeout, now: clock.now });
      const sender = startNews({
        log: options.log ?? log,
        to: options.to ?? 'sender',
        receiver: receiverAt(options.url, options.secrets),
        transport,
        logger: { info: note, warn: note, error: note },
        observe: ({ result }) => void results.push(result),
        clock,
        settings: {
          concurrency: 4,
          interval: 5,
          lease: 30_000,
          stopLimit: 2_000,
          times: { first: 2, most: 10, told: 30 },
          rest: { first: 2, most: 10 },
          ...options.settings,
        },
      });
      senders.push({
        async stop() {
          await sender.stop();
          await transport.close();
        },
      });
      return sender;
    },
    /** Waits until something is so; fails after a while. */
    async until(fits: () => boolean | Promise<boolean>): Promise<void> {
      for (let look = 0; look < 4_000; look += 1) {
        if (await fits()) return;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      throw new Error(`never so; outbox: ${JSON.stringify(await log.outbox())}`);
    },
    async empty(): Promise<boolean> {
      return (await log.outbox()).length === 0;
    },
  };
}

/** The body of news that a receiver has verified, by the library that Standard Webhooks gives receivers. */
export function verified({ text, headers }: Posted, secret: string): unknown {
  return new Webhook(secret).verify(text, {
    'webhook-id': String(headers['webhook-id']),
    'webhook-timestamp': String(headers['webhook-timestamp']),
    'webhook-signature': String(headers['webhook-signature']),
  });
}

/** What openapi.yaml has against a body. */
export function faultsOf(schema: 'News' | 'Alarm', body: unknown): readonly unknown[] {
  return contract.checker(`#/components/schemas/${schema}`)(body);
}
