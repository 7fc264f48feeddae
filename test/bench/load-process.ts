import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fortyAnswers } from './forty-answers.ts';
import { say } from './processes.ts';

/**
 * Sends assessments to a bridge and says what came of them. It writes HTTP by hand over plain sockets, because it
 * shares the cores with what it measures: each request is one copy of the same bytes with another id in it.
 */

export interface Load {
  readonly url: string;
  readonly connections: number;
  /** So many requests, or as many as go in so many seconds. */
  readonly until: { readonly count: number } | { readonly seconds: number };
  /** Requests a second, whether or not earlier ones are answered; absent: as fast as they are answered. */
  readonly rate?: number;
  /** Begins the assessments' ids. */
  readonly prefix: string;
  readonly urgency?: 'P0' | 'P3';
  /** Clients, in turns. */
  readonly hetus?: readonly string[];
}

export interface LoadResult {
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** When the first was sent, in milliseconds since 1970. */
  readonly begun: number;
  /** The answers that were 202: message and assessment. */
  readonly accepted: readonly { readonly id: string; readonly assessment: string }[];
  /** Other answers. */
  readonly others: readonly number[];
  /** Milliseconds from when each was due to its answer. */
  readonly latencies: readonly number[];
}

const ID = '#'.repeat(20);
const HETU = '#'.repeat(11);
/** An artificial code: individual number 900. */
const ANYBODY = '010190-900P';

interface Letter {
  readonly bytes: Buffer;
  readonly idAt: number;
  readonly hetuAt: number;
}

function letter({ host }: URL, urgency: 'P0' | 'P3'): Letter {
  const assessment = fortyAnswers();
  const { names, contact } = assessment.client;
  const client = { hetu: HETU, ...(names && { names }), ...(contact && { contact }) };
  const body = JSON.stringify({
    ...assessment,
    id: ID,
    client,
    urgency: { class: urgency },
    times: { ...assessment.times, sent: new Date().toISOString() },
  });
  const head = [
    'POST /v1/assessments HTTP/1.1',
    `Host: ${host}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    '',
  ].join('\r\n');
  const bytes = Buffer.from(head + body);
  return { bytes, idAt: bytes.indexOf(`"${ID}"`) + 1, hetuAt: bytes.indexOf(`"${HETU}"`) + 1 };
}

/** A connection: one request at a time. */
interface Line {
  send(id: string, hetu: string): Promise<{ readonly status: number; readonly id: string }>;
  close(): void;
}

async function openLine({ hostname, port }: URL, template: Letter): Promise<Line> {
  const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true });
  const bytes = Buffer.from(template.bytes);
  let heard = '';
  let answered: PromiseWithResolvers<{ status: number; id: string }> | undefined;
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1');
    const end = heard.indexOf('\r\n\r\n') + 4;
    const length = Number(/content-length: (\d+)/i.exec(heard)?.[1]);
    if (end < 4 || heard.length < end + length) return;
    const id = /"id":"([^"]+)"/.exec(heard)?.[1] ?? '';
    const status = Number(heard.slice(9, 12));
    heard = '';
    answered?.resolve({ status, id });
  });
  socket.on('error', (error) => answered?.reject(error));
  socket.on('close', () => answered?.reject(new Error('the connection was closed')));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return {
    send(id, hetu) {
      bytes.write(id, template.idAt, 'latin1');
      bytes.write(hetu, template.hetuAt, 'latin1');
      answered = Promise.withResolvers();
      socket.write(bytes);
      return answered.promise;
    },
    close: () => socket.destroy(),
  };
}

async function run(load: Load): Promise<LoadResult> {
  const { until, rate, prefix, hetus = [ANYBODY] } = load;
  const url = new URL(load.url);
  const template = letter(url, load.urgency ?? 'P3');
  const lines = await Promise.all(Array.from({ length: load.connections }, () => openLine(url, template)));
  const accepted: { id: string; assessment: string }[] = [];
  const others: number[] = [];
  const latencies: number[] = [];
  const count = 'count' in until ? until.count : Number.POSITIVE_INFINITY;
  const limit = 'seconds' in until ? until.seconds * 1000 : Number.POSITIVE_INFINITY;
  const begun = Date.now();
  const start = performance.now();
  let next = 0;

  async function use(line: Line): Promise<void> {
    for (;;) {
      const turn = next;
      const due = rate === undefined ? performance.now() : start + (turn * 1000) / rate;
      if (turn >= count || due - start >= limit) return;
      next += 1;
      if (due > performance.now()) await pause(due - performance.now());
      const assessment = prefix + String(turn).padStart(ID.length - prefix.length, '0');
      const { status, id } = await line.send(assessment, hetus[turn % hetus.length] ?? '');
      latencies.push(performance.now() - due);
      if (status === 202) accepted.push({ id, assessment });
      else others.push(status);
    }
  }

  await Promise.all(lines.map(use));
  const seconds = (performance.now() - start) / 1000;
  for (const line of lines) line.close();
  return { seconds, begun, accepted, others, latencies };
}

const load: Load = JSON.parse(process.argv[2] ?? '');
say(await run(load));
