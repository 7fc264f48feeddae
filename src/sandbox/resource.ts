import { randomBytes } from 'node:crypto';

/** Any FHIR resource that the twin keeps; what is in it is read by paths (json.ts). */
export type Stored = { resourceType: string; id: string };

/** A kept resource, with its place in the order of all creations and the instant of its creation. */
export type Entry = { resource: Stored; order: number; created: string };

/** A new resource id: opaque, of letters, digits and hyphens as FHIR demands. */
export function newId(): string {
  return `e${randomBytes(15).toString('base64url').replaceAll('_', '.')}`;
}
