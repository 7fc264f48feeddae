import { generateKeyPairSync } from 'node:crypto';
import pino from 'pino';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { askedToEnd, say } from './processes.ts';

/** A whole bridge; says at its end how many messages were claimed between the acceptance of an urgent one and its claim. */

export interface BridgeInput {
  readonly folder: string;
  readonly fhirUrl: string;
  readonly tokenUrl: string;
  /** Default: the mappings of the project. */
  readonly mappingsDir?: string;
}

export interface Overtaking {
  /** For each message of class P0: how many others were claimed although it was there. */
  readonly overtaken: readonly number[];
}

const { folder, fhirUrl, tokenUrl, mappingsDir }: BridgeInput = JSON.parse(process.argv[2] ?? '');
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const { http, log, close } = await buildApp({
  config: readConfig({ DATA_DIR: folder, PORT: '0', MAPPINGS_DIR: mappingsDir }),
  record: {
    url: fhirUrl,
    tokenUrl,
    clientId: 'bench',
    key: { algorithm: 'ES384', keyId: 'bench', privateKey },
    scope: '',
  },
  logger: pino(pino.destination('/dev/null')),
});

// The log answers in the order in which it works, so what is counted here is what it did.
const waiting = new Map<string, number>();
const overtaken: number[] = [];
const { accept, claim } = log;
Object.assign(log, {
  accept: async (...given: Parameters<typeof accept>) => {
    const accepted = await accept(...given);
    if (given[0].urgency === 0) waiting.set(accepted.id, 0);
    return accepted;
  },
  claim: async (...given: Parameters<typeof claim>) => {
    const claims = await claim(...given);
    for (const { id } of claims) {
      const passed = waiting.get(id);
      if (passed !== undefined) overtaken.push(passed);
      waiting.delete(id);
      for (const [other, count] of waiting) waiting.set(other, count + 1);
    }
    return claims;
  },
});

say({ url: await http.listen({ host: '127.0.0.1', port: 0 }) });
await askedToEnd();
await close();
const end: Overtaking = { overtaken };
say(end);
