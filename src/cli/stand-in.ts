import { generateKeyPairSync } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordConnection } from '../record/connection.ts';
import { admit } from '../sandbox/admission.ts';
import { createTwin, type Twin } from '../sandbox/twin.ts';

/** The twin of Apotti in place of a record system, and how the bridge signs in to it. */
export interface StandIn {
  readonly twin: Twin;
  readonly connection: RecordConnection;
}

const CLIENT_ID = 'omaolo-apotti-bridge';
const KEY_ID = 'stand-in';

/** Identity codes and names of the clients of the samples, all artificial. */
function sampleClients(mappingsDir: string): readonly { hetu: string; family: string; given: string }[] {
  const files = globSync(join(mappingsDir, '*/samples/*.json')).filter(
    (file) => !file.endsWith('.bundle.json'),
  );
  return files.flatMap((file) => {
    const { client }: { client?: { hetu?: string; names?: { family: string; given?: string[] } } } =
      JSON.parse(readFileSync(file, 'utf8'));
    if (client?.hetu === undefined) return [];
    return [
      {
        hetu: client.hetu,
        family: client.names?.family ?? 'Testinen',
        given: client.names?.given?.join(' ') ?? 'Testi',
      },
    ];
  });
}

/**
 * Starts the twin with a key pair made for this run. Everybody in the samples is known to it and has an open
 * encounter, so that each sample can be sent and found in the record.
 */
export async function startStandIn(options: {
  readonly port: number;
  readonly file: string;
  readonly mappingsDir: string;
}): Promise<StandIn> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const twin = await createTwin({
    port: options.port,
    file: options.file,
    clientId: CLIENT_ID,
    publicKeys: [{ ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'ES384', use: 'sig' }],
    postSearch: true,
  });
  for (const client of sampleClients(options.mappingsDir)) {
    if ([...twin.store.patientsByIdentifier(client.hetu)].length > 0) continue;
    const person = {
      ...client,
      birthDate: '1980-01-01',
      gender: 'female',
      language: 'fi',
      municipality: '091',
      phone: '+358500000000',
      nonDisclosure: false,
      situation: 'encounter',
    } as const;
    admit(twin.store, person, new Date());
  }
  const key = { algorithm: 'ES384', keyId: KEY_ID, privateKey } as const;
  return {
    twin,
    connection: { url: twin.fhirUrl, tokenUrl: twin.tokenUrl, clientId: CLIENT_ID, key, scope: '' },
  };
}
