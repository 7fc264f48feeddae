import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildApp } from './app.ts';
import { conformance, conformanceUsage } from './cli/conformance.ts';
import { definitionsWith } from './cli/definitions.ts';
import { demo, demoUsage } from './cli/demo.ts';
import type { RunningIo } from './cli/io.ts';
import { mapping, mappingUsage } from './cli/mapping.ts';
import { queue, queueUsage } from './cli/queue.ts';
import { redrive, redriveUsage } from './cli/redrive.ts';
import { start, startUsage } from './cli/start.ts';
import { twin, twinUsage } from './cli/twin.ts';
import { validate, validateUsage } from './cli/validate.ts';
import { projectFolder } from './config.ts';
import { BridgeError, errorEntry } from './errors.ts';
import { readContract } from './intake/contract.ts';

/** The process: commands, signals, exit status. */

const USAGE = `Usage: bridge COMMAND [options]     (npm run bridge -- COMMAND [options])

  start        run the bridge
  demo         send fifty assessments to a bridge and a twin, and show where they went
  twin         run the twin of Apotti alone
  mapping      lint, test and preview mappings, and write their JSON Schemas
  queue        show what is where in a running bridge
  redrive      send held messages again
  validate     check FHIR resources
  conformance  check the samples' bundles against official FHIR packages

Each command explains itself with --help.`;

/** What `mapping` needs, read when it is used. */
const mappingParts = {
  definitions: () => definitionsWith([]),
  sourceSchema: () => ({
    $ref: '#/components/schemas/Assessment',
    components: { schemas: contract().schemas },
  }),
  assessment: (value: unknown) => contract().assessment(value),
};

function contract() {
  return readContract(readFileSync(join(projectFolder, 'openapi.yaml'), 'utf8'));
}

interface Command {
  readonly usage: string;
  run(args: string[], io: RunningIo): Promise<number>;
}

const commands: Readonly<Record<string, Command>> = {
  start: {
    usage: startUsage,
    run: (args, io) => start(args, io, buildApp),
  },
  demo: { usage: demoUsage, run: demo },
  twin: { usage: twinUsage, run: twin },
  mapping: { usage: mappingUsage, run: (args, io) => mapping(args, io, mappingParts) },
  queue: { usage: queueUsage, run: queue },
  redrive: { usage: redriveUsage, run: redrive },
  validate: { usage: validateUsage, run: validate },
  conformance: { usage: conformanceUsage, run: conformance },
};

/** What is wrong, line by line; anything but a BridgeError is a defect and shows its stack. */
function explain(error: unknown): string {
  if (!(error instanceof BridgeError))
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const { action } = errorEntry(error.code);
  const places = error.details.map(({ text, at }) => `  ${at === undefined ? '' : `${at}: `}${text}`);
  return [error.message, ...places, action].join('\n');
}

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
const { promise: until, resolve: stop } = Promise.withResolvers<void>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop());
const io: RunningIo = {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  until,
};

if (command === undefined) {
  const asked = name === 'help' || name === '--help' || name === '-h';
  (asked ? io.out : io.err)(USAGE);
  process.exitCode = asked ? 0 : 2;
} else if (args.includes('--help') || args.includes('-h')) {
  io.out(command.usage);
} else {
  try {
    process.exitCode = await command.run(args, io);
  } catch (error) {
    io.err(explain(error));
    process.exitCode = 1;
  }
}
