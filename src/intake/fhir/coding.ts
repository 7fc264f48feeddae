import { child, children, type Element, text } from './element.ts';
import type { Leaf } from './made.ts';

/** A code with its system, as settings name one. */
export interface Code {
  readonly system: string;
  readonly code: string;
}

function isCode(coding: Element, { system, code }: Code): boolean {
  return coding.members['system'] === system && coding.members['code'] === code;
}

/** Whether a CodeableConcept has one of the codes. */
export function hasCode(concept: Element | undefined, codes: readonly Code[]): boolean {
  const codings = concept === undefined ? [] : children(concept, 'coding');
  return codings.some((coding) => codes.some((code) => isCode(coding, code)));
}

/** Whether a resource is labelled with the code, by a security label or a tag. */
export function isLabelled(resource: Element, code: Code): boolean {
  const meta = child(resource, 'meta');
  if (meta === undefined) return false;
  return [...children(meta, 'security'), ...children(meta, 'tag')].some((coding) => isCode(coding, code));
}

/** The value of an identifier with the system. */
export function identifierOf(identifiers: readonly Element[], system: string): Leaf<string> | undefined {
  const found = identifiers.find(({ members }) => members['system'] === system);
  return found === undefined ? undefined : text(found, 'value');
}
