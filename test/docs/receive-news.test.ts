import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import type { NewsResult } from '../../src/delivery/news-answer.ts';
import { faultsOf, newSecret, newsServer, openNewsHouse } from '../delivery/news-house.ts';
import { temporaryFolder } from '../temporary.ts';
import { blocksOf, read, rowsOf, sectionOf } from './pages.ts';

const page = read('docs/how-to/receive-news.md');

function block(heading: string, info: string): string {
  const found = blocksOf(sectionOf(page, heading)).find((each) => each.info === info);
  if (found === undefined) throw new Error(`there is no ${info} under ${heading}`);
  return found.content;
}

interface Example {
  verify(headers: object, body: string, secret: string): unknown;
}

async function example(): Promise<Example> {
  const file = join(temporaryFolder(), 'verify.mjs');
  writeFileSync(file, block('## Verify it', 'js'));
  return import(file);
}

it('the receiver of the page takes what the bridge posts, and nothing that anybody changed', async () => {
  const { verify } = await example();
  const house = await openNewsHouse();
  const secrets = [newSecret(), newSecret()];
  const receiver = await newsServer();
  await house.editions('oa-1', 1);
  house.send({ url: receiver.url, secrets });
  await house.until(house.empty);
  const [news] = receiver.posted;
  if (news === undefined) throw new Error('nothing came');
  const { headers, text, body } = news;

  for (const secret of secrets) expect(verify(headers, text, secret)).toEqual(body);
  const [secret = ''] = secrets;
  expect(verify(headers, text, newSecret())).toBeUndefined();
  expect(verify(headers, text.replace('withdrawn', 'delivered'), secret)).toBeUndefined();
  expect(verify({ ...headers, 'webhook-id': 'other' }, text, secret)).toBeUndefined();
  const seconds = Number(headers['webhook-timestamp']);
  for (const changed of [String(seconds - 1), String(seconds - 400), 'now', undefined]) {
    expect(verify({ ...headers, 'webhook-timestamp': changed }, text, secret)).toBeUndefined();
  }
  expect(verify({}, text, secret)).toBeUndefined();
});

it('what the page shows keeps to the contract', () => {
  expect(faultsOf('News', JSON.parse(block('## What comes', 'json')))).toEqual([]);
  expect(faultsOf('Alarm', JSON.parse(block('## Alarms', 'json')))).toEqual([]);
});

it('the page lists the types and results that there are', () => {
  const listed = (heading: string) =>
    rowsOf(sectionOf(page, heading))
      .flatMap(([first = '']) => [...first.matchAll(/`([a-z.]+)`/g)])
      .map(([, name]) => name);
  const { News } = parse(read('openapi.yaml')).components.schemas;
  expect(listed('## What comes').toSorted()).toEqual(News.properties.type.enum.toSorted());
  const results: Record<Exclude<NewsResult, 'sent'>, string> = {
    redirected: '3xx',
    refused: '4xx',
    busy: '429',
    failed: '5xx',
    unreachable: 'not sent',
    unanswered: 'no whole answer',
  };
  expect(listed('## When it is not taken').toSorted()).toEqual(Object.keys(results).toSorted());
});
