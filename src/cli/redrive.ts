import { parseArgs } from 'node:util';
import type { Io } from './io.ts';
import { ask, DEFAULT_URL } from './operations-client.ts';
import { table } from './table.ts';

export const redriveUsage = `Usage: bridge redrive --cause CODE --by NAME --why TEXT (--dry-run | --go) [options]

Sends the messages that are held for one cause again, the most urgent and oldest first, by a running bridge.
  --cause CODE     what they are held for, e.g. patient-unknown
  --by NAME        who does it; stands in the history of each message, with
  --why TEXT       what was mended
  --dry-run        only show what would go
  --go             send it
  --limit N        at most so many (1-1000, default 100)
  --spacing TIME   between one and the next: seconds, or an ISO 8601 duration (default 1)
  --kind KIND      only of this kind
  --class CLASS    only of this class (P0-P8)
  --from TIME      only accepted at or after this time (RFC 3339)
  --to TIME        only accepted before this time
  --url URL        where the bridge is (default ${DEFAULT_URL})
  --json           the answer of the bridge as it is
Ends with 0, or with 1 when the bridge refuses or does not answer, 2 on wrong use.`;

/** The answer of the bridge (schema Redriven of openapi.yaml). */
interface Redriven {
  readonly dryRun: boolean;
  readonly matching: number;
  readonly messages: readonly { readonly id: string; readonly class?: string; readonly due: string }[];
}

/**
 * The command `bridge redrive`.
 * @returns the exit status
 */
export async function redrive(args: string[], io: Io): Promise<number> {
  const asked = parse(args);
  if (asked === undefined) {
    io.err(redriveUsage);
    return 2;
  }
  const answer = await ask(asked.url, 'redrive', io, asked.order);
  if (answer === undefined) return 1;
  // The answer of a bridge after its own contract.
  if (asked.json) io.out(JSON.stringify(answer));
  else for (const line of lines(answer as Redriven)) io.out(line);
  return 0;
}

function lines({ dryRun, matching, messages }: Redriven): readonly string[] {
  const went = dryRun ? 'would go (dry run: nothing was done)' : 'go again';
  const rows = messages.map(({ id, class: name = 'none', due }) => [id, name, due]);
  return [
    ...(rows.length === 0 ? [] : [...table(['message', 'class', 'not before'], rows), '']),
    `${messages.length} of ${matching} held messages ${went}.`,
  ];
}

function parse(args: string[]) {
  try {
    const { values } = parseArgs({ args, options });
    const { url, json, go, limit, spacing, 'dry-run': dryRun, ...order } = values;
    // Neither is the default: what happens is said each time.
    if (dryRun === go || !URL.canParse(url)) return undefined;
    const numbers = { ...numberOf('limit', limit), ...numberOf('spacing', spacing) };
    return { url, json, order: { ...order, ...numbers, dryRun } };
  } catch {
    // Whatever parseArgs objects to, the usage text answers.
    return undefined;
  }
}

const options = {
  cause: { type: 'string' },
  by: { type: 'string' },
  why: { type: 'string' },
  kind: { type: 'string' },
  class: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  limit: { type: 'string' },
  spacing: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  go: { type: 'boolean', default: false },
  url: { type: 'string', default: DEFAULT_URL },
  json: { type: 'boolean', default: false },
} as const;

/** A member of the request; what is no number is for the bridge to judge. */
function numberOf(name: string, text: string | undefined) {
  if (text === undefined) return {};
  return { [name]: /^\d+(\.\d+)?$/.test(text) ? Number(text) : text };
}
