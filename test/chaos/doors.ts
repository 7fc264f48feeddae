import { Agent, request } from 'undici';
import type { RecordNote } from './check.ts';

/** The doors that a run uses: the bridge's public API and the twin's control door. */

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface Doors {
  /** Rejects where no answer came. */
  call(method: 'GET' | 'POST' | 'DELETE', url: string, options?: CallOptions): Promise<Answer>;
  close(): Promise<void>;
}

interface CallOptions {
  /** A text is sent as it is. */
  readonly body?: string | object;
  readonly correlation?: string;
  /** Milliseconds. */
  readonly timeout?: number;
}

const PATIENCE = 10_000;

export function openDoors(): Doors {
  const agent = new Agent({ connections: 128, keepAliveTimeout: 4_000, connect: { timeout: 2_000 } });
  return {
    async call(method, url, { body, correlation, timeout = PATIENCE } = {}) {
      const answer = await request(url, {
        dispatcher: agent,
        method,
        headersTimeout: timeout,
        bodyTimeout: timeout,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(correlation === undefined ? {} : { 'x-correlation-id': correlation }),
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await answer.body.text();
      return { status: answer.statusCode, body: text === '' ? undefined : JSON.parse(text) };
    },
    close: () => agent.destroy(),
  };
}

/** The value of a good answer; its shape is held against the contract by the tests of the doors. */
export async function read<T>(doors: Doors, url: string): Promise<T> {
  const { status, body } = await doors.call('GET', url);
  if (status !== 200) throw new Error(`${new URL(url).pathname} was answered ${status}`);
  return body as T;
}

/** Notes of the record after a place in its order, oldest first. */
export function notesAfter(doors: Doors, twinUrl: string, order: number): Promise<readonly RecordNote[]> {
  return read(doors, `${twinUrl}/twin/notes?after=${order}&limit=1000`);
}

export async function observationsIn(doors: Doors, twinUrl: string): Promise<number> {
  const { resources } = await read<{ resources: Record<string, number> }>(doors, `${twinUrl}/twin/state`);
  return resources['Observation'] ?? 0;
}

/** How often each fault struck. */
export async function struckIn(doors: Doors, twinUrl: string): Promise<Readonly<Record<string, number>>> {
  const { rules } = await read<{ rules: { fault: string; struck: number }[] }>(
    doors,
    `${twinUrl}/twin/faults`,
  );
  const struck: Record<string, number> = {};
  for (const rule of rules) struck[rule.fault] = (struck[rule.fault] ?? 0) + rule.struck;
  return struck;
}
