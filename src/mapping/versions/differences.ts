/** A place where two JSON values differ; a side is undefined where it has nothing there. */
export interface Difference {
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/**
 * Where two JSON values differ, by path (`entry[3].resource.status`), the order of members included. Texts in base64
 * are compared as the lines they hold.
 */
export function differences(expected: unknown, actual: unknown, path = ''): Difference[] {
  if (Object.is(expected, actual)) return [];
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const length = Math.max(expected.length, actual.length);
    return Array.from({ length }, (_, index) => index).flatMap((index) =>
      differences(expected[index], actual[index], `${path}[${index}]`),
    );
  }
  if (isRecord(expected) && isRecord(actual)) return memberDifferences(expected, actual, path);
  if (typeof expected === 'string' && typeof actual === 'string' && path.endsWith('.data')) {
    return differences(decoded(expected), decoded(actual), `${path} line`);
  }
  return [{ path, expected, actual }];
}

function memberDifferences(
  expected: Record<string, unknown>,
  actual: Record<string, unknown>,
  path: string,
): Difference[] {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  const found = names.flatMap((name) =>
    differences(expected[name], actual[name], path === '' ? name : `${path}.${name}`),
  );
  const orders = [expected, actual].map((side) => Object.keys(side).join(', '));
  if (found.length > 0 || orders[0] === orders[1]) return found;
  return [{ path: `${path} (order of members)`, expected: orders[0], actual: orders[1] }];
}

function decoded(base64: string): string[] {
  return Buffer.from(base64, 'base64').toString('utf8').split('\n');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
