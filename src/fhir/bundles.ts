import { isObject, type Json, type Run, report, reportAt, within } from './run.ts';

/** Checks what R4 §2.36 asks of a Bundle as a whole (bdl-1 to bdl-12). */
export function bundleCheck(bundle: Json, run: Run): void {
  const { type, entry } = bundle;
  const entries = Array.isArray(entry) ? entry.filter(isObject) : [];
  const is = (...types: string[]): boolean => typeof type === 'string' && types.includes(type);
  const refuse = (step: string, rule: string): void => reportAt(run, step, 'invariant', rule);
  if ('total' in bundle && !is('searchset', 'history')) {
    refuse('total', 'Only search results and histories have a total (bdl-1).');
  }
  if (is('document')) {
    const { identifier } = bundle;
    if (!isObject(identifier) || !('system' in identifier && 'value' in identifier)) {
      refuse('identifier', 'A document must have an identifier with system and value (bdl-9).');
    }
    if (!('timestamp' in bundle)) refuse('timestamp', 'A document must have a timestamp (bdl-10).');
    if (typeOfFirst(entries) !== 'Composition')
      refuse('entry', 'A document begins with a Composition (bdl-11).');
  }
  if (is('message') && typeOfFirst(entries) !== 'MessageHeader') {
    refuse('entry', 'A message begins with a MessageHeader (bdl-12).');
  }
  const asks = is('batch', 'transaction', 'history');
  const answers = is('batch-response', 'transaction-response', 'history');
  const seen = new Set<string>();
  for (const [i, one] of entries.entries()) {
    within(run, 'entry', i, () => {
      if (!('resource' in one || 'request' in one || 'response' in one)) {
        report(run, 'invariant', 'Must have a resource, a request or a response (bdl-5).');
      }
      if ('search' in one && !is('searchset')) refuse('search', 'Only search results have this (bdl-2).');
      if ('request' in one !== asks) {
        refuse('request', `Must ${asks ? '' : 'not '}be there in this type of Bundle (bdl-3).`);
      }
      if ('response' in one !== answers) {
        refuse('response', `Must ${answers ? '' : 'not '}be there in this type of Bundle (bdl-4).`);
      }
      checkFullUrl(one, is('history'), seen, run);
    });
  }
}

function checkFullUrl({ fullUrl, resource }: Json, isHistory: boolean, seen: Set<string>, run: Run): void {
  if (typeof fullUrl !== 'string') return;
  const refuse = (rule: string, code: 'invariant' | 'duplicate' = 'invariant'): void =>
    reportAt(run, 'fullUrl', code, rule);
  if (!/^(?:https?:\/\/|urn:(?:uuid|oid):)/.test(fullUrl)) refuse('Must be absolute.');
  if (fullUrl.includes('/_history/')) refuse('Must not name a version (bdl-8).');
  const meta = isObject(resource) ? resource['meta'] : undefined;
  const version = isObject(meta) && typeof meta['versionId'] === 'string' ? meta['versionId'] : '';
  const key = `${fullUrl} ${version}`;
  if (seen.has(key) && !isHistory) refuse('Another entry has the same fullUrl (bdl-7).', 'duplicate');
  seen.add(key);
}

function typeOfFirst([first]: Json[]): unknown {
  const resource = first?.['resource'];
  return isObject(resource) ? resource['resourceType'] : undefined;
}
