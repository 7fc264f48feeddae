import type { ElementRule, Structure } from './model.ts';
import { lastStep } from './place.ts';

/** An element of a profile with what stands below it. */
export interface Node {
  rule: ElementRule;
  /** Last step of its path: `identifier`, `value[x]`. */
  step: string;
  children: Node[];
  slices: Node[];
}

/** The elements of a profile as a tree, by their ids: `Patient.identifier:hetu.system`. */
export function treeOf({ elements }: Structure): Node | undefined {
  const nodes = new Map<string, Node>();
  let root: Node | undefined;
  for (const rule of elements) {
    const node: Node = { rule, step: lastStep(rule.path), children: [], slices: [] };
    nodes.set(rule.id, node);
    root ??= node;
    const dot = rule.id.lastIndexOf('.');
    const colon = rule.id.lastIndexOf(':');
    if (colon > dot) nodes.get(rule.id.slice(0, colon))?.slices.push(node);
    else nodes.get(rule.id.slice(0, dot))?.children.push(node);
  }
  return root;
}
