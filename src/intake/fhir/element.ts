import { BridgeError } from '../../errors.ts';
import type { Leaf } from './made.ts';

/** A JSON object of the sent resource with its place as a FHIRPath, such as `QuestionnaireResponse.item[0]`. */
export interface Element {
  readonly at: string;
  readonly members: Readonly<Record<string, unknown>>;
}

/** @throws BridgeError `resource-invalid` */
export function refuse(text: string, at: string): never {
  throw new BridgeError('resource-invalid', [{ text, at }]);
}

/** The element that a JSON value is. @throws BridgeError `resource-invalid` when it is no object. */
export function elementOf(value: unknown, at: string): Element {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse('must be an object', at);
  return { at, members: { ...value } };
}

function listOf(value: unknown, at: string): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : refuse('must be a list', at);
}

/** The element of a name, if it is there. */
export function child({ at, members }: Element, name: string): Element | undefined {
  const value = members[name];
  return value === undefined ? undefined : elementOf(value, `${at}.${name}`);
}

/** The elements of a name, in order. */
export function children({ at, members }: Element, name: string): readonly Element[] {
  const place = `${at}.${name}`;
  return listOf(members[name], place).map((item, i) => elementOf(item, `${place}[${i}]`));
}

/** The elements of a name that may stand once in one release of FHIR and repeat in another. */
export function oneOrMany(element: Element, name: string): readonly Element[] {
  if (Array.isArray(element.members[name])) return children(element, name);
  const only = child(element, name);
  return only === undefined ? [] : [only];
}

export function text({ at, members }: Element, name: string): Leaf<string> | undefined {
  const value = members[name];
  if (value === undefined) return undefined;
  return typeof value === 'string'
    ? { at: `${at}.${name}`, value }
    : refuse('must be a text', `${at}.${name}`);
}

/** The texts of a list; `null`, which stands for a text with extensions only, is left out. */
export function texts({ at, members }: Element, name: string): readonly Leaf<string>[] {
  const place = `${at}.${name}`;
  return listOf(members[name], place).flatMap((value, i) => {
    if (value === null) return [];
    return [typeof value === 'string' ? { at: `${place}[${i}]`, value } : refuse('must be a text', place)];
  });
}

export function number({ at, members }: Element, name: string): Leaf<number> | undefined {
  const value = members[name];
  if (value === undefined) return undefined;
  return typeof value === 'number'
    ? { at: `${at}.${name}`, value }
    : refuse('must be a number', `${at}.${name}`);
}

export function flag({ at, members }: Element, name: string): Leaf<boolean> | undefined {
  const value = members[name];
  if (value === undefined) return undefined;
  return typeof value === 'boolean'
    ? { at: `${at}.${name}`, value }
    : refuse('must be true or false', `${at}.${name}`);
}

/** Refuses members that the element does not have: an answer under a misspelt name would be lost without a word. */
export function expectOnly({ at, members }: Element, isKnown: (name: string) => boolean): void {
  for (const name of Object.keys(members)) {
    if (!isKnown(name.replace(/^_/, ''))) refuse('has a member that this release of FHIR does not know', at);
  }
}
