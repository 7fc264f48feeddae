import type { Place } from '../files/place.ts';
import type { Include, Rule, Template, Translate } from '../template/template.ts';
import type { Block } from './code.ts';
import { controlCode, includeCode, type Surrounding } from './control-code.ts';
import { expressionCode } from './expression-code.ts';
import { fixedValue, isFixed } from './fixed.ts';
import { listCode, mapCode } from './json-code.ts';
import { linesCode } from './lines-code.ts';
import { constantValue, NOTHING, placeCode, type Value } from './value-code.ts';

/** Writes a template that has been checked, as one value. */
export function templateCode(template: Template, scope: Surrounding, block: Block): Value {
  if (isFixed(template, scope)) return constantValue(fixedValue(template, scope), block);
  switch (template.kind) {
    case 'text':
      return textCode(template.parts, template.place, scope, block);
    case 'value':
      return expressionCode(template.rule, scope, block);
    case 'map':
      return mapCode(template.members, scope, block);
    case 'list':
      return listCode(template.items, scope, block);
    case 'for':
      return listCode([template], scope, block);
    case 'include':
      return fragmentCode(template, scope, block);
    case 'let':
    case 'if':
    case 'switch':
      return choiceCode(template, scope, block);
    case 'translate':
      return translateCode(template, scope, block);
    case 'lines':
      return linesCode(template.items, template.place, scope, block);
    case 'base64': {
      const { code } = templateCode(template.of, scope, block);
      return { code: block.hold(`base64(${code})`), kind: 'any' };
    }
    default:
      return NOTHING;
  }
}

function textCode(parts: readonly (string | Rule)[], place: Place, scope: Surrounding, block: Block): Value {
  const codes = parts.map((part) => {
    const fixed = typeof part === 'string' ? part : scope.constants.get(part);
    if (fixed !== undefined || typeof part === 'string') return block.constant(String(fixed));
    const { code, kind, sure } = expressionCode(part, scope, block);
    if (kind === 'text' && sure) return code;
    const value = block.hold(code);
    return `(typeof ${value} === "string" ? ${value} : words(${value}, ${placeCode(part.place, block)}))`;
  });
  const made = block.fresh();
  block.add(`const ${made} = ${['""', ...codes].join(' + ')};`);
  block.add(`spend(run, ${made}.length, ${placeCode(place, block)});`);
  if (parts.some((part) => typeof part === 'string' && part !== '')) {
    return { code: made, kind: 'text', sure: true };
  }
  return { code: block.hold(`${made} === "" ? undefined : ${made}`), kind: 'text' };
}

function fragmentCode(include: Include, scope: Surrounding, block: Block): Value {
  let value = NOTHING;
  const call = includeCode(include, scope, block, [], (inner, body) => {
    value = templateCode(include.body, inner, body);
    body.add(`return ${value.code};`);
  });
  const made = block.fresh();
  block.add(`const ${made} = ${call([])};`);
  return { ...value, code: made };
}

/** Writes directives that lead to one value, or to one of several. */
function choiceCode(template: Template, scope: Surrounding, block: Block): Value {
  const made = block.fresh();
  const kinds = new Set<Value['kind']>();
  let only = NOTHING;
  if (hasBranches(template)) block.add(`let ${made};`);
  controlCode(template, scope, block, (leaf, innerScope, inner) => {
    const value = templateCode(leaf, innerScope, inner);
    if (inner === block) only = value;
    else if (value !== NOTHING) {
      inner.add(`${made} = ${value.code};`);
      kinds.add(value.kind);
    }
  });
  if (!hasBranches(template)) return only;
  const [kind = 'one', other] = kinds;
  if (other === undefined && (kind === 'text' || kind === 'list')) return { code: made, kind };
  return { code: made, kind: kinds.has('any') || kinds.has('list') ? 'any' : 'one' };
}

function hasBranches(template: Template): boolean {
  if (template.kind === 'let') return hasBranches(template.body);
  return template.kind === 'if' || template.kind === 'switch';
}

function translateCode(translate: Translate, scope: Surrounding, block: Block): Value {
  const { map, as, code, system, text, place } = translate;
  const translator = scope.maps.get(map);
  if (!translator) return NOTHING;
  const value = expressionCode(code, scope, block);
  const from = system ? expressionCode(system, scope, block) : NOTHING;
  const target = block.hold(
    `translated(run, ${block.constant(translator)}, ${value.code}, ${from.code}, ${placeCode(place, block)})`,
  );
  const words = text ? expressionCode(text, scope, block) : NOTHING;
  switch (as) {
    case 'coding':
      return { code: block.hold(`${target} && { ...${target} }`), kind: 'one' };
    case 'concept':
      return { code: block.hold(`concept(${target}, ${words.code})`), kind: 'one' };
    default:
      return { code: block.hold(`${target}?.${as}`), kind: 'any' };
  }
}
