import { type Conformance, discriminatorOf, type Match } from './discriminators.ts';
import { atItem, type Item } from './items.ts';
import { type Run, report } from './run.ts';
import type { Node } from './tree.ts';

/** What is asked of one item of an element. */
export type ItemCheck = (item: Item, run: Run) => void;

interface Slice {
  name: string;
  min: number;
  max: number | undefined;
  /** Undefined: the slice does not say how it is told apart. */
  match: Match | undefined;
  check: ItemCheck | undefined;
}

/**
 * Compiles how a profile slices an element: which items belong to which slice, how many, and what each has to be.
 * A slice that does not say how it is told apart takes what the others leave, if it is the only such one and told by
 * existence (HL7 Finland's appointment says so little of one of its reasons).
 * @param itemCheck compiles what a slice asks of its items
 */
export function slicingCheck(
  node: Node,
  conformance: Conformance,
  itemCheck: (slice: Node) => ItemCheck | undefined,
): ((items: readonly Item[], run: Run) => void) | undefined {
  const { rule, step } = node;
  const discriminators = rule.slicing?.discriminators ?? impliedBy(step);
  const rules = rule.slicing?.rules ?? 'open';
  if (node.slices.length === 0) return undefined;
  const slices = node.slices.map((slice): Slice => {
    const matches = discriminators.map(({ type, path }) => discriminatorOf(type, path, slice, conformance));
    const known = matches.filter((match) => match !== undefined);
    return {
      name: slice.rule.sliceName ?? slice.rule.id,
      min: slice.rule.min,
      max: slice.rule.max,
      match:
        known.length === matches.length && known.length > 0
          ? (item, run) => known.every((match) => match(item, run))
          : undefined,
      check: itemCheck(slice),
    };
  });
  const vague = slices.filter(({ match }) => match === undefined);
  const rest =
    vague.length === 1 && discriminators.every(({ type }) => type === 'exists') ? vague[0] : undefined;
  const arePartsOfExtension = /^Extension(?:\.extension)+$/.test(rule.path);
  return (items, run) => {
    const counts = new Map<Slice, number>();
    let reached = 0;
    let unmatched = false;
    for (const item of items) {
      const matched = slices.filter(({ match }) => match?.(item, run));
      const taken = matched.length > 0 || !rest ? matched : [rest];
      const refuse = (text: string): void => atItem(run, item, () => report(run, 'structure', text));
      if (taken.length === 0) {
        unmatched = true;
        if (rules === 'closed' || (arePartsOfExtension && isPart(item)))
          refuse('Belongs to none of the slices allowed here.');
        continue;
      }
      if (rules === 'openAtEnd' && unmatched) refuse('Stands after items that belong to no slice.');
      for (const slice of taken) {
        counts.set(slice, (counts.get(slice) ?? 0) + 1);
        const position = slices.indexOf(slice);
        if (rule.slicing?.ordered && position < reached) refuse(`Slice ${slice.name} stands too late.`);
        reached = Math.max(reached, position);
        slice.check?.(item, run);
      }
    }
    for (const slice of slices) {
      const count = counts.get(slice) ?? 0;
      if (count < slice.min || count > (slice.max ?? Number.POSITIVE_INFINITY)) {
        run.at.push(items[0]?.name ?? step.replace('[x]', ''));
        report(
          run,
          count < slice.min ? 'required' : 'structure',
          `Slice ${slice.name} needs ${slice.min} to ${slice.max ?? 'any number'}, found ${count}.`,
        );
        run.at.pop();
      }
    }
  };
}

function impliedBy(step: string): { type: string; path: string }[] {
  return step.endsWith('[x]') ? [{ type: 'type', path: '$this' }] : [{ type: 'value', path: 'url' }];
}

/** The parts of a complex extension have names, not addresses. */
function isPart({ value }: Item): boolean {
  return typeof value === 'object' && value !== null && 'url' in value && !String(value.url).includes(':');
}
