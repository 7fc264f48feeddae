import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { expect, onTestFinished, vi } from 'vitest';
import { buildApp } from '../src/app.ts';
import { startStandIn } from '../src/cli/stand-in.ts';
import { readConfig } from '../src/config.ts';
import { createKeyFile } from '../src/log/key-file.ts';
import { notesOf } from '../src/sandbox/notes.ts';
import { expectContract } from './http/doors.ts';
import { temporaryFolder } from './temporary.ts';

/** The mappings of the repository, to be changed. */
export function copyMappings(folder: string, name = 'mappings'): string {
  const copy = join(folder, name);
  cpSync('mappings', copy, { recursive: true });
  return copy;
}

/** Changes the text of a file. */
export function edit(folder: string, file: string, change: (text: string) => string): void {
  const path = join(folder, file);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

/** The whole bridge over the twin, with a mappings folder of its own that may be changed. */
export async function runBridge(environment: Readonly<Record<string, string>> = {}) {
  const folder = temporaryFolder();
  const mappings = copyMappings(folder);
  const config = readConfig({ DATA_DIR: folder, MAPPINGS_DIR: mappings, ...environment });
  createKeyFile(config.dataKeyFile);
  const standIn = { port: 0, file: join(folder, 'twin.sqlite'), mappingsDir: mappings };
  const { twin, connection } = await startStandIn(standIn);
  const app = await buildApp({ config, record: connection, logger: pino({ level: 'silent' }) });
  onTestFinished(async () => {
    await app.close();
    await twin.close();
  });
  const call = async (method: 'GET' | 'POST', url: string, payload?: object) => {
    const body = payload === undefined ? {} : { payload, headers: { 'content-type': 'application/json' } };
    const response = await app.http.inject({ method, url, ...body });
    expectContract(method, url, response);
    return response;
  };
  return {
    app,
    call,
    /** Changes the text of a file of the mappings. */
    edit: (file: string, change: (text: string) => string) => edit(mappings, file, change),
    mappings,
    async ready() {
      const { status, checks } = (await call('GET', '/health/ready')).json();
      return { status, ...checks.find(({ name }: { name: string }) => name.startsWith('mappings folder')) };
    },
    /** Sends an assessment and gives its message when it is delivered, or held. */
    async send(assessment: object) {
      const { id } = (await call('POST', '/v1/assessments', assessment)).json();
      return vi.waitFor(async () => {
        const message = (await call('GET', `/v1/assessments/${id}`)).json();
        expect(['delivered', 'held']).toContain(message.state);
        return message;
      }, eventually);
    },
    /** The text of the note in the record that a message became. */
    noteOf(message: { steps: readonly { name: string; location?: string }[] }): string {
      const id = message.steps
        .find(({ name }) => name.startsWith('DocumentReference'))
        ?.location?.split('/')[1];
      return notesOf(twin.store).find((note) => note.id === id)?.text ?? '';
    },
  };
}

export const eventually = { timeout: 10_000, interval: 25 };
// Without measurements: the record refuses a second one of the same moment.
const { measurements: _, ...sample } = JSON.parse(
  readFileSync('mappings/symptom-assessment/samples/uti-fi.json', 'utf8'),
);
let sent = 0;

/** The sample with an id of its own. */
export function assessmentOf(kind = sample.kind.id) {
  sent += 1;
  return { ...sample, id: `reload-${sent}`, kind: { ...sample.kind, id: kind } };
}
