import type { Resource } from '@medplum/fhirtypes';
import { type Block, newCode } from './code.ts';
import { controlCode, forBlock, type Surrounding } from './control-code.ts';
import { nodesOf } from './expression.ts';
import type { Value } from './expression-code.ts';
import type { Frame } from './frame.ts';
import type { Report } from './place.ts';
import { PREDEFINED } from './predefined.ts';
import { runtime } from './runtime.ts';
import type { Rule, Template } from './template.ts';
import { templateCode } from './template-code.ts';

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
  const predefined = new Map(PREDEFINED.map((name) => [name, predefinedValue(name)]));
  const left: Rule[] = [];
  const scope = { ...compiling, left, predefined, variables: predefined, write: templateCode };
  code.block.add('"use strict";');
  code.block.add(`const { ${Object.keys(runtime).join(', ')} } = runtime;`);
  const count = functionBlock('count(run)', code.block);
  if (isGated(template)) {
    count.add('let count = 0;');
    instances(template, scope, count, (_, __, block) => block.add('count += 1;'));
    count.add('return count;');
  } else count.add('return 1;');
  instances(template, scope, functionBlock('make(run, resources)', code.block), (body, inner, block) => {
    block.add(`resources.push(${templateCode(body, inner, block).code});`);
  });
  code.block.add('return { count, make };');
  return { text: code.text(), constants: code.constants, left };
}

/** `%urgency` may be missing; `%layout` and `%headingLanguage` are texts. */
function predefinedValue(name: (typeof PREDEFINED)[number]): Value {
  const code = `$${name}`;
  if (name === 'urgency' || name === 'layout' || name === 'headingLanguage') return { code, kind: 'any' };
  return { code, kind: 'object', sure: true };
}

function functionBlock(head: string, block: Block): Block {
  const body = block.inside(`function ${head}`);
  body.add('const { root } = run;');
  body.add(`const [${PREDEFINED.map((name) => `$${name}`).join(', ')}] = run.predefined;`);
  return body;
}

/** Writes the directives around a resource's body, and `each` for each resource that they lead to. */
function instances(
  template: Template,
  scope: Surrounding,
  block: Block,
  each: (body: Template, scope: Surrounding, block: Block) => void,
): void {
  controlCode(template, scope, block, (leaf, inner, innerBlock) => {
    if (leaf.kind !== 'for') return each(leaf, inner, innerBlock);
    const body = forBlock(leaf, inner, innerBlock);
    instances(leaf.body, body.scope, body.block, each);
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
