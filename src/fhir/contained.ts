import { isObject, type Json, MAX_STEPS, type Run, report, reportAt, within } from './run.ts';

/**
 * Checks what R4 asks of contained resources: none in one another (dom-2), each referred to (dom-3), without
 * version, date and security label (dom-4, dom-5), with ids of their own.
 * @param isContained the resource stands in another one's `contained`
 */
export function containedCheck(resource: Json, run: Run, isContained: boolean): void {
  const { contained, meta } = resource;
  if (isContained) {
    if ('contained' in resource)
      reportAt(run, 'contained', 'invariant', 'A contained resource contains none (dom-2).');
    if (isObject(meta) && ('versionId' in meta || 'lastUpdated' in meta)) {
      reportAt(run, 'meta', 'invariant', 'A contained resource has no version or date (dom-4).');
    }
    if (isObject(meta) && 'security' in meta) {
      reportAt(run, 'meta', 'invariant', 'A contained resource has no security label (dom-5).');
    }
    return;
  }
  if (!Array.isArray(contained)) return;
  const used = new Set<string>();
  collectLocal(resource, used);
  const ids = new Set<unknown>();
  for (const [i, one] of contained.entries()) {
    if (!isObject(one)) continue;
    within(run, 'contained', i, () => {
      const { id } = one;
      const below = new Set<string>();
      collectLocal(one, below);
      if (typeof id !== 'string') reportAt(run, 'id', 'required', 'A contained resource must have an id.');
      else if (!used.has(`#${id}`) && !below.has('#')) {
        report(run, 'invariant', 'Nothing in the resource refers to this contained resource (dom-3).');
      }
      if (ids.has(id)) reportAt(run, 'id', 'duplicate', 'Another contained resource has the same id.');
      ids.add(id);
    });
  }
}

/** All texts that begin with `#`: references, canonicals and uris alike. */
function collectLocal(value: unknown, into: Set<string>, depth = 0): void {
  if (typeof value === 'string') {
    if (value.startsWith('#')) into.add(value);
  } else if (typeof value === 'object' && value !== null && depth < MAX_STEPS) {
    for (const part of Object.values(value)) collectLocal(part, into, depth + 1);
  }
}
