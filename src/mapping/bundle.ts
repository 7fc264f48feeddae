import type { Bundle, BundleEntry } from '@medplum/fhirtypes';
import type { Assessment } from '../assessment/assessment.ts';
import type { Kind } from './catalogue.ts';
import type { Unmapped } from './concept-map.ts';
import { BUDGET, type Frame } from './frame.ts';
import { type MessageContext, predefinedValues } from './predefined.ts';
import type { ResourceRun } from './resource.ts';
import type { Surroundings } from './surroundings.ts';
import { uuidOf } from './uuid.ts';

/** A resource of a mapping by its name in mapping.yaml. */
interface NamedResource {
  readonly name: string;
  readonly run: ResourceRun;
  /** Its template may give several resources. */
  readonly repeated: boolean;
}

/** The compiled resources of a mapping, in the order of its entries, and how many slots a frame of theirs has. */
export interface Program {
  readonly resources: readonly NamedResource[];
  readonly slots: number;
}

/**
 * Makes the canonical bundle of an assessment: the same for the same input, byte for byte.
 * @throws BridgeError `mapping-failed` naming the rule
 */
export function makeBundle(
  { resources, slots }: Program,
  assessment: Assessment,
  context: MessageContext,
  kind: Kind | undefined,
  surroundings: Surroundings,
): { readonly bundle: Bundle; readonly unmapped: readonly Unmapped[] } {
  const urls: Record<string, string | string[]> = {};
  const frame: Frame = {
    root: assessment,
    slots: new Array(slots).fill(undefined),
    budget: BUDGET,
    unmapped: [],
  };
  for (const [slot, value] of predefinedValues(assessment, context, kind, urls, surroundings).entries()) {
    frame.slots[slot] = value;
  }
  const counts = resources.map(({ run }) => run.count(frame));
  const fullUrls = resources.map(({ name, repeated }, at) => {
    const names = Array.from({ length: counts[at] ?? 0 }, (_, index) =>
      repeated ? `${name}-${index + 1}` : name,
    );
    return names.map((each) => `urn:uuid:${uuidOf(context.source, assessment.id, assessment.edition, each)}`);
  });
  for (const [at, { name }] of resources.entries()) {
    const made = fullUrls[at] ?? [];
    const [only] = made;
    if (only !== undefined) urls[name] = made.length === 1 ? only : made;
  }
  const entry: BundleEntry[] = [];
  for (const [at, { run }] of resources.entries()) {
    let index = 0;
    run.make(frame, (resource) => {
      const fullUrl = fullUrls[at]?.[index];
      index += 1;
      if (fullUrl !== undefined) entry.push({ fullUrl, resource });
    });
  }
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
