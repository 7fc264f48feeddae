import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Person } from '../sandbox/population.ts';
import { createTwin, type Twin } from '../sandbox/twin.ts';
import { type ChildBridge, startChildBridge } from './child-bridge.ts';

/** Artificial persons that the twin begins with. */
const PEOPLE = 40;

/** A twin, and a bridge in a process of its own that can be killed. */
export interface Stage {
  readonly twin: Twin;
  readonly people: readonly Person[];
  bridge(): ChildBridge;
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Starts both on free ports, with everything they write in a folder that `close` removes. */
export async function setStage(seed: number): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-demo-'));
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'demo', alg: 'ES384', use: 'sig' };
  const twin = await createTwin({
    population: { seed, count: PEOPLE },
    clientId: 'bridge-demo',
    publicKeys: [jwk],
    postSearch: true,
  });
  const keyFile = join(folder, 'client.pem');
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const variables = {
    PORT: String(await freePort()),
    DATA_DIR: join(folder, 'data'),
    RECORD_URL: twin.fhirUrl,
    RECORD_TOKEN_URL: twin.tokenUrl,
    RECORD_CLIENT_ID: 'bridge-demo',
    RECORD_KEY_FILE: keyFile,
    RECORD_KEY_ID: 'demo',
    HETU_POLICY: 'artificial',
    LOG_LEVEL: 'error',
  };
  const start = () => startChildBridge(variables, () => undefined);
  let bridge = await start();
  return {
    twin,
    people: twin.people,
    bridge: () => bridge,
    async restart() {
      await bridge.kill();
      bridge = await start();
    },
    async close() {
      await bridge.stop();
      await twin.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}
