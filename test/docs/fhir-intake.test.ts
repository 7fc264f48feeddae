import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { openDoors } from '../http/doors.ts';
import { blocksOf, project, read, sectionOf } from './pages.ts';

describe('the pages on FHIR-native intake', () => {
  it('show a command that works, and what it answers', async () => {
    const [command, answer] = blocksOf(
      sectionOf(read('docs/how-to/send-assessments.md'), '## Send it as FHIR'),
    );
    const parts = /-H 'Content-Type: ([^']+)' --data-binary @(\S+) http:\/\/[^/]+(\S+)/.exec(
      command?.content ?? '',
    );
    const [, type = '', file = '', url = ''] = parts ?? [];
    const doors = await openDoors();
    const response = await doors.call({
      method: 'POST',
      url,
      headers: { 'content-type': type },
      payload: readFileSync(join(project, file)),
    });
    const shown = (answer?.content ?? '').trim().split('\n');
    const plain = (text: string) => text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>');
    expect(shown[0]).toBe(`HTTP/1.1 ${response.statusCode} Accepted`);
    expect(plain(shown[1] ?? '')).toBe(plain(`location: ${response.headers.location}`));
    expect(plain(shown.at(-1) ?? '')).toBe(plain(response.body));
  });

  it('say what every setting is read for', () => {
    const settings: Record<string, object> = parse(read('mappings/sources/questionnaire-response.yaml'));
    const page = read('docs/reference/fhir-intake.md');
    for (const [group, members] of Object.entries(settings)) {
      const isNamed = typeof members !== 'string' && !Array.isArray(members);
      const names = isNamed ? Object.keys(members).map((name) => `${group}.${name}`) : [group];
      for (const name of names) expect(page).toContain(`\`${name}\``);
    }
  });
});
