import type { Definitions } from './definitions.ts';
import { createExtensionCheck } from './extensions.ts';
import type { Issue } from './outcome.ts';
import { createProfiles } from './profiles.ts';
import { isObject, type Run } from './run.ts';
import { createWalker } from './walker.ts';

/** Checks resources; compiled definitions are kept as long as it lives. */
export interface Validator {
  /**
   * Checks a resource of any type with all that is in it, against R4, the profiles in its `meta.profile` and those
   * given. It takes any JSON value and never throws.
   * @returns what was found, errors and milder; none when all is well
   */
  validate(resource: unknown, options?: { profiles?: readonly string[] }): Issue[];
}

/** Makes a validator. A profile is compiled when first met, so the first resource of a kind takes longer. */
export function createValidator(definitions: Definitions): Validator {
  const profile = createProfiles(definitions);
  const walk = createWalker({ definitions, profile, extension: createExtensionCheck(definitions, profile) });
  return {
    validate(resource, { profiles = [] } = {}) {
      const type = isObject(resource) ? resource['resourceType'] : undefined;
      const known = typeof type === 'string' && definitions.structure(type) ? type : 'Resource';
      const value = isObject(resource) ? resource : {};
      const run: Run = {
        issues: [],
        at: [known],
        resource: value,
        root: value,
        bundles: [],
        followed: new Set(),
        tooDeep: false,
      };
      walk(resource, run, profiles);
      return run.issues;
    },
  };
}
