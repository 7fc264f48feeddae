import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { retryPolicy } from '../../src/delivery/retry-policy.ts';
import { readContract } from '../../src/intake/contract.ts';
import { blocksOf, project, read, rowsOf, sectionOf } from './pages.ts';

const contract = readContract(readFileSync(join(project, 'openapi.yaml'), 'utf8'));
const { paths }: { paths: Record<string, Record<string, Operation>> } = parse(contract.text);
const page = read('docs/how-to/watch-and-mend.md');

interface Operation {
  readonly parameters?: readonly { readonly $ref?: string }[];
  readonly requestBody?: { content: { 'application/json': { schema: { $ref: string } } } };
}

function operationOf(method: string, path: string): Operation | undefined {
  const found = Object.entries(paths).find(([template]) =>
    new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(path),
  );
  return found?.[1][method];
}

const commands = [...page.matchAll(/^ *(curl .*)$/gm)].map(([, command = '']) => command);

describe('docs/how-to/watch-and-mend.md', () => {
  it.each(commands)('tells a command that the contract takes: %s', (command) => {
    const path = /http:\/\/127\.0\.0\.1:8080([^ '?]*)/.exec(command)?.[1] ?? '';
    const body = / -d '([^']*)'/.exec(command)?.[1];
    const operation = operationOf(body === undefined ? 'get' : 'post', path);
    expect(operation, path).toBeDefined();
    const schema = operation?.requestBody?.content['application/json'].schema.$ref;
    expect(body === undefined).toBe(schema === undefined);
    if (body !== undefined && schema !== undefined) {
      expect(contract.checker(schema)(JSON.parse(body))).toEqual([]);
    }
  });

  it('shows each act', () => {
    const acts = commands.flatMap((command) => /"act":"([a-z]+)"/.exec(command)?.[1] ?? []);
    expect(acts).toEqual(['choose', 'filed', 'absent', 'withdraw']);
  });

  it('says what to do about every cause of the retry policy', () => {
    const told = rowsOf(sectionOf(page, '## What to do')).map(([, causes = '']) => causes);
    const missing = Object.values(retryPolicy)
      .map(({ cause }) => cause)
      .filter((cause) => !told.some((causes) => causes.includes(`\`${cause}\``)));
    expect(missing).toEqual([]);
  });

  it('shows answers that keep to the contract', () => {
    const answers = blocksOf(page)
      .filter(({ info, content }) => info === 'json' && !content.includes('…'))
      .map(({ content }): object => JSON.parse(content));
    const schemaOf = (answer: object) =>
      'wakes' in answer
        ? 'Queue'
        : 'balanced' in answer
          ? 'Ledger'
          : 'checks' in answer
            ? 'Health'
            : undefined;
    const checked = answers.flatMap((answer) => {
      const schema = schemaOf(answer);
      return schema === undefined ? [] : contract.checker(`#/components/schemas/${schema}`)(answer);
    });
    expect(checked).toEqual([]);
    expect(new Set(answers.map(schemaOf))).toEqual(new Set(['Health', 'Queue', 'Ledger', undefined]));
  });
});
