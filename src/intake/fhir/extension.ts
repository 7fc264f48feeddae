import { child, children, type Element, refuse, text } from './element.ts';
import type { Leaf } from './made.ts';

/** The extension with the address, if the element has it. */
export function extension(element: Element | undefined, url: string): Element | undefined {
  if (element === undefined) return undefined;
  return children(element, 'extension').find(({ members }) => members['url'] === url);
}

/** Where an extension stands, or would stand. */
export function placeOf(element: Element, url: string): string {
  return extension(element, url)?.at ?? `${element.at}.extension('${url}')`;
}

/** The name of the only `value[x]` of an element. @throws BridgeError `resource-invalid` when there are two. */
export function valueName(element: Element): string | undefined {
  const names = Object.keys(element.members).filter((name) => /^value[A-Z]/.test(name));
  if (names.length > 1) refuse('has two values', element.at);
  return names[0];
}

/** The simple value of an extension or an input; of a coding its code. */
export function simpleValue(element: Element): Leaf {
  const name = valueName(element);
  const at = name === undefined ? element.at : `${element.at}.${name}`;
  const value = name === undefined ? undefined : element.members[name];
  if (name === 'valueCoding')
    return text(child(element, name) ?? element, 'code') ?? refuse('needs a code', at);
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
    return { at, value };
  return refuse('needs a simple value', at);
}
