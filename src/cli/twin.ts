import { parseArgs } from 'node:util';
import { createTwin, type Twin, type TwinOptions } from '../sandbox/twin.ts';
import type { RunningIo } from './io.ts';

export const twinUsage = `Usage: bridge twin [options]

Runs a stand-in for Apotti's FHIR API with artificial patients, until it is interrupted.

  --port N         port to listen on (default 8090; 0 = any free port)
  --host H         address to listen on (default 127.0.0.1)
  --public-url U   address that clients use, where it is another
  --file F         keep the state in this SQLite file
  --patients N     number of artificial persons to begin with (default 40)
  --seed N         which artificial persons (default 1)
  --client-id ID   the only client that gets access tokens (default: any)
  --jwks-url U     where the client publishes its keys (default: signatures are not checked)
  --open           ask for no access tokens
  --post-search    offer POST [type]/_search
  --longest-note N refuse notes of more characters
  --json           print the addresses as one line of JSON`;

/**
 * `bridge twin`: runs the twin of Apotti until `io.until` resolves. Gives the exit code: 0, or 2 for a usage error,
 * or 1 when the twin cannot start.
 */
export async function twin(args: string[], io: RunningIo): Promise<number> {
  const asked = parse(args);
  if ('wrong' in asked) {
    io.err(asked.wrong);
    io.err(twinUsage);
    return 2;
  }
  let running: Twin;
  try {
    running = await createTwin(asked.options);
  } catch (error) {
    io.err(`The twin cannot start: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
  for (const line of asked.json ? [addresses(running)] : greeting(running, asked.options)) io.out(line);
  await io.until;
  await running.close();
  return 0;
}

const DAYS_WITH_FREE_TIMES = 14;

type Asked = { options: TwinOptions; json: boolean } | { wrong: string };

function parse(args: string[]): Asked {
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: 'string', default: '8090' },
        host: { type: 'string' },
        'public-url': { type: 'string' },
        file: { type: 'string' },
        patients: { type: 'string', default: '40' },
        seed: { type: 'string', default: '1' },
        'client-id': { type: 'string' },
        'jwks-url': { type: 'string' },
        open: { type: 'boolean', default: false },
        'post-search': { type: 'boolean', default: false },
        'longest-note': { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const options: TwinOptions = {
      port: whole('port', values.port, 65_535),
      host: values.host,
      publicUrl: values['public-url'],
      file: values.file,
      population: {
        seed: whole('seed', values.seed, 2 ** 32 - 1),
        count: whole('patients', values.patients, 100_000),
      },
      clientId: values['client-id'],
      jwksUrl: values['jwks-url'],
      open: values.open,
      postSearch: values['post-search'],
      longestNote:
        values['longest-note'] === undefined
          ? undefined
          : whole('longest-note', values['longest-note'], 10_000_000),
      days: DAYS_WITH_FREE_TIMES,
    };
    return { options, json: values.json };
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return { wrong: error.message };
    throw error;
  }
}

function whole(name: string, text: string, most: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > most) {
    throw new RangeError(`--${name} must be a whole number from 0 to ${most}`);
  }
  return number;
}

function addresses({ url, fhirUrl, stu3Url, tokenUrl }: Twin): string {
  return JSON.stringify({ url, fhirUrl, stu3Url, tokenUrl });
}

function greeting({ url, fhirUrl, tokenUrl, people }: Twin, options: TwinOptions): string[] {
  return [
    `Twin of Apotti, with ${people.length} artificial persons`,
    `  page    ${url}/twin`,
    `  FHIR    ${fhirUrl}`,
    `  token   ${tokenUrl}${options.open ? ' (not needed)' : ''}`,
    ...(options.open || options.jwksUrl
      ? []
      : ['  Signatures of clients are not checked: no --jwks-url was given.']),
    `Try: curl -s ${fhirUrl}/metadata`,
  ];
}
