import type { Translator } from '../data/concept-map.ts';
import type { Binding, Include, Template } from '../template/template.ts';
import type { Block } from './code.ts';
import { expressionCode, itemsCode, type Scope } from './expression-code.ts';
import { type Checked, isFixed } from './fixed.ts';
import { NOTHING, placeCode, type Value } from './value-code.ts';

/** What writing a template needs besides it. */
export interface Surrounding extends Scope, Checked {
  readonly predefined: Scope['variables'];
  readonly maps: ReadonlyMap<string, Translator>;
  /** Writes a template as one value. */
  readonly write: Writer<Value>;
}

/** Writes a template into a block. */
export type Writer<Result> = (template: Template, scope: Surrounding, block: Block) => Result;

/** Writes `$let`, `$if` and `$switch`, and what they lead to by `leaf`. */
export function controlCode(template: Template, scope: Surrounding, block: Block, leaf: Writer<void>): void {
  switch (template.kind) {
    case 'let':
      controlCode(template.body, letScope(template.bindings, scope, block), block, leaf);
      break;
    case 'if': {
      const body = ifBlock(template, scope, block);
      controlCode(template.body, scope, body, leaf);
      if (template.otherwise) controlCode(template.otherwise, scope, block.inside('else'), leaf);
      break;
    }
    case 'switch': {
      const on = block.hold(expressionCode(template.on, scope, block).code);
      const cases = block.inside(`switch (typeof ${on} === "string" ? ${on} : caseOf(${on}))`);
      for (const { name, value } of template.cases) {
        const body = cases.inside(`case ${block.constant(name)}:`);
        controlCode(value, scope, body, leaf);
        body.add('break;');
      }
      if (template.otherwise) controlCode(template.otherwise, scope, cases.inside('default:'), leaf);
      break;
    }
    default:
      leaf(template, scope, block);
  }
}

/** The scope of a `$let`'s body: each variable is in sight of the next. */
function letScope(bindings: readonly Binding[], scope: Surrounding, block: Block): Surrounding {
  let inner = scope;
  for (const { name, value } of bindings) {
    inner = { ...inner, variables: new Map([...inner.variables, [name, scope.write(value, inner, block)]]) };
  }
  return inner;
}

/** The scope of a fragment that is written in place: only its own variables and the predefined ones are in sight. */
export function includeScope({ bindings }: Include, scope: Surrounding, block: Block): Surrounding {
  const own = bindings.map(({ name, value }) => [name, scope.write(value, scope, block)] as const);
  return { ...scope, variables: new Map([...scope.predefined, ...own]) };
}

/**
 * Writes a fragment as a function of its own, and gives the code of its call.
 * @param parameters what the function takes besides the fragment's variables
 */
export function includeCode(
  include: Include,
  scope: Surrounding,
  block: Block,
  parameters: readonly string[],
  write: (scope: Surrounding, body: Block) => void,
): (given: readonly string[]) => string {
  const inner = includeScope(include, scope, block);
  const names: string[] = [];
  const given: string[] = [];
  const variables = new Map(inner.variables);
  for (const { name, value: template } of include.bindings) {
    const value = variables.get(name) ?? NOTHING;
    if (value === NOTHING || isFixed(template, scope)) continue;
    names.push(`p${names.length + 1}`);
    given.push(value.code);
    variables.set(name, { ...value, code: `p${names.length}` });
  }
  const routine = block.routine(['run', ...parameters, ...names], (body) =>
    write({ ...inner, variables }, body),
  );
  return (first) => `${routine}(${['run', ...first, ...given].join(', ')})`;
}

/** The block of an `$if`'s body. */
function ifBlock({ condition }: Extract<Template, { kind: 'if' }>, scope: Surrounding, block: Block): Block {
  const { code, kind } = expressionCode(condition, scope, block);
  return block.inside(kind === 'boolean' ? `if (${code})` : `if (${code} === true)`);
}

/** The block of a `$for`'s body, with its scope. */
export function forBlock(
  { name, items, place }: Extract<Template, { kind: 'for' }>,
  scope: Surrounding,
  block: Block,
): { readonly scope: Surrounding; readonly block: Block } {
  const list = block.hold(`items(run, ${itemsCode(items, scope, block)}, ${placeCode(place, block)})`);
  const index = block.fresh();
  const item = block.fresh();
  const body = block.inside(`for (let ${index} = 0; ${index} < ${list}.length; ${index} += 1)`);
  body.add(`const ${item} = ${list}[${index}];`);
  const own: [string, Value][] = [
    [name, { code: item, kind: 'any' }],
    [`${name}Index`, { code: index, kind: 'one', sure: true }],
  ];
  return { block: body, scope: { ...scope, variables: new Map([...scope.variables, ...own]) } };
}
