import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { project, read, rowsOf } from './pages.ts';

it('docs/reference/api.md lists every call of openapi.yaml and no other', () => {
  const { paths }: { paths: Record<string, Record<string, unknown>> } = parse(
    readFileSync(join(project, 'openapi.yaml'), 'utf8'),
  );
  const calls = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const listed = rowsOf(read('docs/reference/api.md')).flatMap(
    ([call = '']) => /^`((?:GET|POST|PUT|DELETE) \S+)`$/.exec(call)?.[1] ?? [],
  );
  expect(listed.toSorted()).toEqual(calls.toSorted());
});
