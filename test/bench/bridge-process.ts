import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
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
  /** More variables, e.g. `DATABASE_URL`. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Overtaking {
  /** For each message of class P0: how many others were claimed although it was there. */
  readonly overtaken: readonly number[];
}

const input: BridgeInput = JSON.parse(process.argv[2] ?? '');
const { folder, fhirUrl, tokenUrl, mappingsDir, environment } = input;
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const { http, log, close } = await buildApp({
  config: readConfig({
    DATA_DIR: folder,
    DATA_KEY_FILE: join(folder, 'data.key'),
    PORT: '0',
    MAPPINGS_DIR: mappingsDir,
    ...environment,
  }),
  record: {
    url: fhirUrl,
    tokenUrl,
    clientId: 'bench',
    key: { algorithm: 'ES384', keyId: 'bench', privateKey },
    scope: '',
  },
  logger: pino(pino.destination('/dev/null')),
});

// Several claims may be under way at once. One passed an urgent message over when it began after that was accepted,
// and had ended before the one began that took it: at any other time the two may not have seen each other.
const waiting = new Map<string, number[]>();
const overtaken: number[] = [];
const { accept, claim } = log;
Object.assign(log, {
  accept: async (...given: Parameters<typeof accept>) => {
    const accepted = await accept(...given);
    if (given[0].urgency === 0) waiting.set(accepted.id, []);
    return accepted;
  },
  claim: async (...given: Parameters<typeof claim>) => {
    const there = [...waiting.values()];
    const begun = performance.now();
    const claims = await claim(...given);
    for (const { id } of claims) {
      const others = waiting.get(id);
      if (others !== undefined) overtaken.push(others.filter((ended) => ended < begun).length);
      waiting.delete(id);
      for (const passed of there) if (passed !== others) passed.push(performance.now());
    }
    return claims;
  },
});

say({ url: await http.listen({ host: '127.0.0.1', port: 0 }) });
await askedToEnd();
await close();
const end: Overtaking = { overtaken };
say(end);
