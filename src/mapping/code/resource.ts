import type { Resource } from '@medplum/fhirtypes';
import { nodesOf } from '../expression/expression.ts';
import type { Report } from '../files/place.ts';
import { PREDEFINED } from '../predefined.ts';
import type { Rule, Template } from '../template/template.ts';
import { type Block, newCode } from './code.ts';
import { controlCode, forBlock, includeScope, type Surrounding } from './control-code.ts';
import type { Frame } from './frame.ts';
import { runtime } from './runtime.ts';
import { templateCode } from './template-code.ts';
import type { Value } from './value-code.ts';

/** A compiled template of a resource, or of several by `$for`. */
export interface ResourceRun {
  /** How many resources there will be, told before any is made: so that references to missing ones vanish. */
  count(frame: Frame): number;
  /** Adds the resources to a list. */
  make(frame: Frame, resources: Resource[]): void;
}

/** What checking found out, which compiling needs. */
type Compiling = Pick<Surrounding, 'maps' | 'cardinality' | 'constants'>;

/** The JavaScript that a template becomes. */
export interface ResourceCode {
  readonly text: string;
  readonly constants: readonly unknown[];
  /** The expressions that fhirpath.js evaluates. */
  readonly left: readonly Rule[];
}

/** Makes functions of a resource's code. */
export function compileResource({ text, constants }: ResourceCode): ResourceRun {
  // As ajv does with schemas. Nothing of a template stands in the text but as JSON: see Block.constant.
  return new Function('runtime', 'constants', text)(runtime, constants);
}

/** Writes the code of a resource's template that has been checked. */
export function resourceCode(template: Template, compiling: Compiling): ResourceCode {
  const code = newCode();
  const predefined = new Map(PREDEFINED.map((name, at) => [name, predefinedValue(name, at)]));
  const left: Rule[] = [];
  const scope = { ...compiling, left, predefined, variables: predefined, write: templateCode };
  const count = code.routine(['run'], (block) => {
    if (!isGated(template)) return block.add('return 1;');
    const counted = block.fresh();
    block.add(`let ${counted} = 0;`);
    instances(template, scope, block, (_, __, inner) => inner.add(`${counted} += 1;`));
    block.add(`return ${counted};`);
  });
  const make = code.routine(['run', 'resources'], (block) =>
    instances(template, scope, block, (body, innerScope, inner) => {
      inner.add(`resources.push(${templateCode(body, innerScope, inner).code});`);
    }),
  );
  const head = `"use strict";\nconst { ${Object.keys(runtime).join(', ')} } = runtime;\n`;
  const text = `${head}${code.text()}return { count: ${count}, make: ${make} };\n`;
  return { text, constants: code.constants, left };
}

/** `%urgency` may be missing; `%layout` and `%headingLanguage` are texts. */
function predefinedValue(name: (typeof PREDEFINED)[number], at: number): Value {
  const code = `run.predefined[${at}]`;
  if (name === 'urgency' || name === 'layout' || name === 'headingLanguage') return { code, kind: 'any' };
  return { code, kind: 'object', sure: true };
}

/** Writes the directives around a resource's body, and `each` for each resource that they lead to. */
function instances(
  template: Template,
  scope: Surrounding,
  block: Block,
  each: (body: Template, scope: Surrounding, block: Block) => void,
): void {
  controlCode(template, scope, block, (leaf, inner, innerBlock) => {
    if (leaf.kind === 'include') {
      instances(leaf.body, includeScope(leaf, inner, innerBlock), innerBlock, each);
    } else if (leaf.kind === 'for') {
      const body = forBlock(leaf, inner, innerBlock);
      instances(leaf.body, body.scope, body.block, each);
    } else each(leaf, inner, innerBlock);
  });
}

/** Whether a template may give several resources. */
export function isRepeated(template: Template): boolean {
  if (template.kind === 'for') return true;
  return hasBody(template) && isRepeated(template.body);
}

/** Reports `%urls` where it is not known yet: in what decides whether a resource is there. */
export function checkGates(template: Template, report: Report): void {
  if (!hasBody(template)) return;
  for (const rule of gatesOf(template)) {
    for (const node of nodesOf(rule.expression)) {
      if (node.kind === 'variable' && node.name === 'urls') {
        report(
          rule.placeAt(node.at),
          '%urls is not known yet where it is decided whether a resource is there.',
        );
      }
    }
  }
  checkGates(template.body, report);
}

type Link = Extract<Template, { kind: 'for' | 'let' | 'if' | 'include' }>;

function hasBody(template: Template): template is Link {
  return ['for', 'let', 'if', 'include'].includes(template.kind);
}

function isGated(template: Template): boolean {
  if (!hasBody(template)) return false;
  return template.kind === 'for' || template.kind === 'if' || isGated(template.body);
}

function gatesOf(link: Link): Rule[] {
  if (link.kind === 'for') return [link.items];
  if (link.kind === 'if') return [link.condition];
  if (!isGated(link.body)) return [];
  return link.bindings.flatMap(({ value }) => (value.kind === 'value' ? [value.rule] : []));
}
