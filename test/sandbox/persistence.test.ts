import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { createTwin } from '../../src/sandbox/twin.ts';

const START = `
  import { createTwin } from ${JSON.stringify(new URL('../../src/sandbox/twin.ts', import.meta.url).href)};
  const twin = await createTwin({ open: true, file: process.argv[1] });
  console.log(JSON.stringify({ url: twin.url, fhirUrl: twin.fhirUrl }));
`;

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'twin-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

async function spawnTwin(file: string) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', START, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { url, fhirUrl }: { url: string; fhirUrl: string } = JSON.parse(line);
  const kill = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { url, fhirUrl, kill };
}

const send = (url: string, body: unknown) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test('what was answered with 201 is still there after the process was killed', async () => {
  const file = join(folder(), 'twin.sqlite');
  const first = await spawnTwin(file);
  const made = await send(`${first.url}/twin/patients`, { hetu: '131052-9085' });
  const [{ patient, encounter }] = JSON.parse(await made.text());
  for (const text of ['one', 'two', 'three']) {
    const answer = await send(`${first.fhirUrl}/DocumentReference`, {
      resourceType: 'DocumentReference',
      status: 'current',
      docStatus: 'final',
      type: { coding: [{ system: 'http://loinc.org', code: '11488-4' }] },
      subject: { reference: `Patient/${patient}` },
      content: [{ attachment: { contentType: 'text/plain', data: Buffer.from(text).toString('base64') } }],
      context: { encounter: [{ reference: `Encounter/${encounter}` }] },
    });
    expect(answer.status).toBe(201);
  }
  const before = await (await fetch(`${first.url}/twin/state`)).text();
  await first.kill();

  const second = await spawnTwin(file);
  const notes: { text: string; patient: string; order: number }[] = JSON.parse(
    await (await fetch(`${second.url}/twin/notes`)).text(),
  );
  expect(notes.map((note) => note.text)).toEqual(['one', 'two', 'three']);
  expect(notes.every((note) => note.patient === patient)).toBe(true);
  const after: { resources: object } = JSON.parse(await (await fetch(`${second.url}/twin/state`)).text());
  expect(after.resources).toEqual(JSON.parse(before).resources);
  const found = await fetch(`${second.fhirUrl}/Patient?identifier=131052-9085`);
  expect(await found.json()).toMatchObject({ total: 1 });
  await second.kill();
});

test('the order goes on where it stopped, and changes are kept', async () => {
  const file = join(folder(), 'twin.sqlite');
  const first = await createTwin({ file });
  first.store.put({ resourceType: 'Task', id: 'a' });
  first.store.put({ ...{ status: 'completed' }, resourceType: 'Task', id: 'a' });
  const last = first.store.get('Task', 'a');
  await first.close();
  const second = await createTwin({ file });
  onTestFinished(() => second.close());
  expect(second.store.get('Task', 'a')).toEqual(last);
  second.store.put({ resourceType: 'Task', id: 'b' });
  expect(second.store.get('Task', 'b')?.order).toBe((last?.order ?? 0) + 1);
});

test('without a file nothing is kept', async () => {
  const first = await createTwin();
  first.store.put({ resourceType: 'Task', id: 'a' });
  await first.close();
  const second = await createTwin();
  onTestFinished(() => second.close());
  expect(second.store.get('Task', 'a')).toBeUndefined();
});

test('a file that is no database is refused at once', async () => {
  await expect(createTwin({ file: folder() })).rejects.toThrow();
});
