import { hasCode, isLabelled } from './coding.ts';
import { child, children, type Element, refuse } from './element.ts';
import { extension, placeOf, simpleValue } from './extension.ts';
import { type Branch, branch, type Leaf } from './made.ts';
import type { Sent } from './request.ts';
import type { SourceSettings, ValueName } from './settings.ts';

/** Reads the single values that FHIR has no element for: from an extension, else from an input of the Task. */
export function valueReader(sent: Sent, settings: SourceSettings): (name: ValueName) => Leaf | undefined {
  const task = sent.only('Task');
  const inputs = task === undefined ? [] : children(task, 'input');
  return (name) => {
    const { extension: url, input: code } = settings.values[name];
    const found = extension(sent.response, url);
    if (found !== undefined) return simpleValue(found);
    const input = code === undefined ? undefined : inputs.find((one) => hasCode(child(one, 'type'), [code]));
    return input === undefined ? undefined : simpleValue(input);
  };
}

/** Which assessment, and which edition of it. */
export function identityOf(
  { response, identifiers }: { response: Element; identifiers: readonly Element[] },
  settings: SourceSettings,
  sentEdition: Leaf | undefined,
): { id: Leaf | undefined; edition: Leaf } {
  const { edition: system } = settings.identifiers;
  const numbered = identifiers.find(({ members }) => members['system'] === system);
  const [first] = identifiers;
  const identifier = numbered ?? first;
  if (identifier === undefined)
    return refuse('needs an identifier: the id of the assessment', `${response.at}.identifier`);
  const at = `${identifier.at}.value`;
  const { value } = identifier.members;
  if (typeof value !== 'string') return refuse('needs a value', identifier.at);
  if (numbered !== undefined) {
    const [, id, edition] = /^(.+)\/(\d{1,5})$/.exec(value) ?? [];
    if (id === undefined)
      return refuse('must be the id of the assessment, a slash and the number of the edition', at);
    return { id: { at, value: id }, edition: sentEdition ?? { at, value: Number(edition) } };
  }
  const place = placeOf(response, settings.values.edition.extension);
  if (sentEdition === undefined && response.members['status'] === 'amended') {
    return refuse('needs the number of the edition: it amends an earlier one', place);
  }
  return { id: { at, value }, edition: sentEdition ?? { at: place, value: 1 } };
}

/** The urgency class, with its change. */
export function urgencyOf(read: (name: ValueName) => Leaf | undefined, at: string): Branch | undefined {
  const changed = {
    by: read('urgencyChangedBy'),
    time: read('urgencyChangedAt'),
    reason: read('urgencyChangeReason'),
  };
  return branch(at, {
    class: read('urgencyClass'),
    original: read('originalUrgencyClass'),
    changed: branch(at, changed),
  });
}

/** Whether the citizen only tried the service. */
export function trialOf(sent: Sent, settings: SourceSettings, said: Leaf | undefined): Leaf | undefined {
  const { response, bundle } = sent;
  const labelled = [response, ...(bundle === undefined ? [] : [bundle])].find((resource) =>
    isLabelled(resource, settings.labels.trial),
  );
  return labelled === undefined ? said : { at: `${labelled.at}.meta`, value: true };
}
