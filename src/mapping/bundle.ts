import type { Bundle, BundleEntry, Resource } from '@medplum/fhirtypes';
import type { Assessment } from '../assessment/assessment.ts';
import { BUDGET, type Frame } from './code/frame.ts';
import type { ResourceRun } from './code/resource.ts';
import type { Kind } from './data/catalogue.ts';
import type { Unmapped } from './data/concept-map.ts';
import type { Surroundings } from './data/surroundings.ts';
import { type MessageContext, predefinedValues } from './predefined.ts';
import { uuidOf } from './uuid.ts';

/** A resource of a mapping by its name in mapping.yaml. */
interface NamedResource {
  readonly name: string;
  readonly run: ResourceRun;
  /** Its template may give several resources. */
  readonly repeated: boolean;
}

/** The compiled resources of a mapping, in the order of its entries. */
export interface Program {
  readonly resources: readonly NamedResource[];
}

/**
 * Makes the canonical bundle of an assessment: the same for the same input, byte for byte.
 * @throws BridgeError `mapping-failed` naming the rule
 */
export function makeBundle(
  { resources }: Program,
  assessment: Assessment,
  context: MessageContext,
  kind: Kind | undefined,
  surroundings: Surroundings,
): { readonly bundle: Bundle; readonly unmapped: readonly Unmapped[] } {
  const urls: Record<string, string | string[]> = {};
  const frame: Frame = {
    root: assessment,
    predefined: predefinedValues(assessment, context, kind, urls, surroundings),
    budget: BUDGET,
    unmapped: [],
  };
  const fullUrls: string[] = [];
  for (const { name, run, repeated } of resources) {
    const count = run.count(frame);
    const names = repeated ? Array.from({ length: count }, (_, at) => `${name}-${at + 1}`) : [name];
    const made = names
      .slice(0, count)
      .map((each) => `urn:uuid:${uuidOf(context.source, assessment.id, assessment.edition, each)}`);
    const [only] = made;
    if (only !== undefined) urls[name] = made.length === 1 ? only : made;
    fullUrls.push(...made);
  }
  // What was translated to know which resources there are is translated again to make them; each code counts once.
  frame.unmapped.length = 0;
  const made: Resource[] = [];
  for (const { run } of resources) run.make(frame, made);
  const entry = fullUrls.flatMap((fullUrl, at): BundleEntry[] => {
    const resource = made[at];
    return resource ? [{ fullUrl, resource }] : [];
  });
  const { base, editionSystem } = surroundings.settings;
  const bundle: Bundle = {
    resourceType: 'Bundle',
    meta: { profile: [`${base}/StructureDefinition/bridge-bundle`] },
    identifier: { system: editionSystem, value: `${assessment.id}/${assessment.edition}` },
    type: 'collection',
    timestamp: assessment.times.sent,
    entry,
  };
  return { bundle, unmapped: frame.unmapped };
}
