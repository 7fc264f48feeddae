import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Call, Fault } from './faults.ts';

/** One call that the twin took, without personal data: of the query only the names of its parameters. */
export type JournalEntry = {
  order: number;
  time: string;
  method: string;
  path: string;
  parameters: string[];
  /** Whether something that looks like a personal identity code stood in the address. */
  identityInAddress: boolean;
  /** The status answered; 0 where the connection broke without an answer. */
  status: number;
  requestId?: string;
  correlationId?: string;
  fault?: string;
};

export type Journal = {
  add(entry: Omit<JournalEntry, 'order'>): void;
  list(): JournalEntry[];
  taken(): number;
};

const IDENTITY = /\d{6}(?:[-+A-FU-Y]|%2B)\d{3}[0-9A-Y]/i;

/** A journal of the last `most` calls. */
export function createJournal(most = 10_000): Journal {
  let entries: JournalEntry[] = [];
  let order = 0;
  return {
    add(entry) {
      order += 1;
      entries.push({ order, ...entry });
      if (entries.length >= 2 * most) entries = entries.slice(-most);
    },
    list: () => entries.slice(-most),
    taken: () => order,
  };
}

/** An address as the journal may show it. */
function cleaned(url: string): Pick<JournalEntry, 'path' | 'parameters' | 'identityInAddress'> {
  const [path = '', query = ''] = url.split('?');
  const identityInAddress = IDENTITY.test(url);
  const shown = IDENTITY.test(path) ? path.replace(new RegExp(IDENTITY, 'gi'), '(hidden)') : path;
  return { path: shown, parameters: [...new URLSearchParams(query).keys()], identityInAddress };
}

type KeepOptions = {
  journal: Journal;
  struck: WeakMap<FastifyRequest, Fault>;
  /** undefined for calls that the journal leaves out. */
  callOf(request: FastifyRequest): Call | undefined;
  now: () => Date;
};

/** Writes every call into the journal once it has ended, however it ended. */
export function keepJournal(server: FastifyInstance, options: KeepOptions): void {
  const { journal, struck, callOf, now } = options;
  server.addHook('onRequest', async (request, reply) => {
    if (callOf(request) === undefined) return;
    const time = now().toISOString();
    const header = (name: string) => request.headers[name]?.toString();
    const requestId = header('x-request-id');
    const correlationId = header('x-correlation-id');
    reply.raw.once('close', () => {
      const fault = struck.get(request)?.name;
      journal.add({
        time,
        method: request.method,
        ...cleaned(request.url),
        status: reply.raw.writableFinished ? reply.raw.statusCode : 0,
        ...(requestId === undefined ? {} : { requestId }),
        ...(correlationId === undefined ? {} : { correlationId }),
        ...(fault === undefined ? {} : { fault }),
      });
    });
  });
}
