import { bindingCheck } from './bindings.ts';
import type { Definitions } from './definitions.ts';
import type { Item } from './items.ts';
import { resolve } from './references.ts';
import { type Check, isObject, type Json, type Run } from './run.ts';
import { type Node, treeOf } from './tree.ts';
import { contains, isSame } from './values.ts';

/** Whether an item belongs to a slice. */
export type Match = (item: Item, run: Run) => boolean;

/** What telling slices apart needs from profiles. */
export interface Conformance {
  definitions: Definitions;
  profile(url: string): Check | undefined;
  /** What a node of the profile asks of a value, its children included. */
  nodeCheck(node: Node): Check;
}

/**
 * Compiles one discriminator of one slice (R4 §5.1.0.13).
 * @param path FHIRPath of the simple kind discriminators are made of: names, `$this`, `resolve()`, `extension('…')`,
 *   `ofType(…)`
 * @returns undefined when the slice does not say what would tell it apart
 */
export function discriminatorOf(
  type: string,
  path: string,
  slice: Node,
  conformance: Conformance,
): Match | undefined {
  const steps = stepsOf(path);
  const targets = targetsOf(slice, steps, conformance.definitions);
  const node = targets[0]?.node;
  switch (type) {
    case 'exists':
      return existence(node, steps);
    case 'type':
      return typed(node ?? slice, steps, conformance.definitions);
    case 'profile':
      return profiled(node ?? slice, steps, conformance);
    default:
      return valued(targets, slice, steps, conformance);
  }
}

function stepsOf(path: string): string[] {
  return path.split(/\.(?![^(]*\))/).filter((step) => step !== '$this' && step !== '');
}

/** A node of the slice that a path leads to, or the part of a fixed value or pattern on the way that covers it. */
interface Target {
  node?: Node;
  pattern?: unknown;
}

/** Where a path leads in a slice: first past no further slices, then through each of those on the way. */
function targetsOf(slice: Node, steps: readonly string[], definitions: Definitions): Target[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [{ node: slice }];
  const stated = slice.rule.fixed ?? slice.rule.pattern;
  if (stated !== undefined) return [{ pattern: partOf(stated, steps) }];
  const isFunction = step.endsWith(')') && !step.startsWith('extension(');
  const next = isFunction ? slice : childOf(slice, step, definitions);
  if (!next) return [];
  const through = isFunction ? [next] : [next, ...next.slices];
  return through.flatMap((node) => targetsOf(node, rest, definitions));
}

function childOf(node: Node, step: string, definitions: Definitions): Node | undefined {
  const url = /^extension\(['"](.*)['"]\)$/.exec(step)?.[1];
  if (url !== undefined) {
    const slices = node.children.find((child) => child.step === 'extension')?.slices ?? [];
    return slices.find(({ rule }) => rule.types[0]?.profiles?.includes(url));
  }
  const own = node.children.find((child) => child.step === step || child.step === `${step}[x]`);
  if (own) return own;
  for (const profile of node.rule.types[0]?.profiles ?? []) {
    const structure = definitions.structure(profile);
    const root = structure && treeOf(structure);
    const found = root && childOf(root, step, definitions);
    if (found) return found;
  }
  return undefined;
}

/** The part of a pattern that a path leads to; where it passes an array, its first item. */
function partOf(pattern: unknown, steps: readonly string[]): unknown {
  let part: unknown = pattern;
  for (const step of steps) {
    const one: unknown = Array.isArray(part) ? part[0] : part;
    part = isObject(one) ? one[step] : undefined;
  }
  return part;
}

function existence(node: Node | undefined, steps: readonly string[]): Match | undefined {
  if (!node) return undefined;
  if (node.rule.min >= 1) return (item, run) => pick(item, steps, run).length > 0;
  if (node.rule.max === 0) return (item, run) => pick(item, steps, run).length === 0;
  return undefined;
}

function typed(node: Node, steps: readonly string[], definitions: Definitions): Match {
  const resolved = steps.at(-1) === 'resolve()';
  const codes = resolved
    ? node.rule.types
        .flatMap(({ targets }) => targets ?? [])
        .flatMap((url) => definitions.structure(url)?.type ?? [])
    : node.rule.types.map(({ code }) => code);
  const set = new Set(codes);
  return (item, run) =>
    steps.length === 0 && set.has(item.type)
      ? true
      : pick(item, steps, run).some((value) => isObject(value) && set.has(String(value['resourceType'])));
}

function profiled(node: Node, steps: readonly string[], { profile }: Conformance): Match {
  const resolved = steps.at(-1) === 'resolve()';
  const urls = node.rule.types.flatMap(({ profiles, targets }) => (resolved ? targets : profiles) ?? []);
  const checks = urls.flatMap((url) => profile(url) ?? []);
  return (item, run) =>
    pick(item, steps, run).some((value) => checks.some((check) => conforms(value, check, run)));
}

function valued(
  targets: readonly Target[],
  slice: Node,
  steps: readonly string[],
  conformance: Conformance,
): Match | undefined {
  const [first, ...others] = targets.map((target) => expectation(target, conformance));
  const expected = first ? [first] : others.filter((one) => one !== undefined);
  const url = steps.join() === 'url' ? slice.rule.types[0]?.profiles?.[0] : undefined;
  if (expected.length === 0 && url !== undefined) expected.push((value) => value === url);
  if (expected.length === 0) return undefined;
  return (item, run) =>
    pick(item, steps, run).some((value) => expected.some((accepts) => accepts(value, run)));
}

function expectation(
  { node, pattern: part }: Target,
  { definitions, nodeCheck }: Conformance,
): ((value: unknown, run: Run) => boolean) | undefined {
  if (part !== undefined) return (value) => contains(value, part);
  if (!node) return undefined;
  const { fixed, pattern, binding } = node.rule;
  if (fixed !== undefined) return (value) => isSame(value, fixed);
  if (pattern !== undefined) return (value) => contains(value, pattern);
  const bound =
    binding?.strength === 'required' &&
    bindingCheck(definitions, binding, node.rule.types[0]?.code ?? 'code');
  if (bound) return (value, run) => conforms(value, bound, run);
  if (!saysSomething(node)) return undefined;
  const check = nodeCheck(node);
  return (value, run) => conforms(value, check, run);
}

function saysSomething({ children, slices }: Node): boolean {
  return (
    slices.length > 0 ||
    children.some(
      (child) => child.rule.fixed !== undefined || child.rule.pattern !== undefined || saysSomething(child),
    )
  );
}

/** Whether a check finds no error, without reporting what it finds. */
export function conforms(value: unknown, check: Check, run: Run): boolean {
  const trial: Run = { ...run, issues: [], at: [...run.at], followed: new Set() };
  check(value, trial);
  return !trial.issues.some(({ severity }) => severity === 'error' || severity === 'fatal');
}

/** The values at a path below an item. */
function pick(item: Item, steps: readonly string[], run: Run): unknown[] {
  let values: readonly unknown[] = [item.value];
  for (const step of steps) {
    const [only] = values;
    values =
      values.length === 1 ? follow(only, step, run) : values.flatMap((value) => follow(value, step, run));
  }
  return values.filter((value) => value !== undefined);
}

function follow(value: unknown, step: string, run: Run): readonly unknown[] {
  if (!isObject(value)) return [];
  if (!step.endsWith(')')) return step in value ? listed(value, step) : ofChoice(value, step);
  if (step === 'resolve()') {
    const target = typeof value['reference'] === 'string' ? resolve(value['reference'], run) : undefined;
    return target ? [target] : [];
  }
  const argument = /^(?:ofType|as|extension)\(['"]?(.*?)['"]?\)$/.exec(step)?.[1];
  if (step.startsWith('extension('))
    return listed(value, 'extension').filter((it) => isObject(it) && it['url'] === argument);
  if (argument === undefined) return [];
  return value['resourceType'] === undefined || value['resourceType'] === argument ? [value] : [];
}

function ofChoice(value: Json, step: string): unknown[] {
  const upper = (name: string): boolean => /[A-Z]/.test(name.charAt(step.length));
  return Object.keys(value)
    .filter((name) => name.startsWith(step) && upper(name))
    .map((name) => value[name]);
}

function listed(value: Json, name: string): unknown[] {
  const found = value[name];
  return Array.isArray(found) ? found : [found];
}
