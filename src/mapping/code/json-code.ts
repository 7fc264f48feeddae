import type { Member, Template } from '../template/template.ts';
import type { Block } from './code.ts';
import { controlCode, forBlock, type Surrounding } from './control-code.ts';
import { fixedValue, isFixed, isListed } from './fixed.ts';
import { constantValue, NOTHING, placeCode, type Value } from './value-code.ts';

/** Writes a map: its members that are there, or nothing without any. */
export function mapCode(members: readonly Member[], scope: Surrounding, block: Block): Value {
  const parts = members
    .map((member) => ({ name: member.name, value: memberCode(member, scope, block) }))
    .filter(({ value }) => value !== NOTHING);
  const optional = parts.filter(({ value }) => !value.sure);
  if (parts.length === 0) return NOTHING;
  const made = block.fresh();
  if (optional.length === 0) {
    block.add(`const ${made} = ${objectCode(parts, block)};`);
    return { code: made, kind: 'one', sure: true };
  }
  const isSure = optional.length < parts.length;
  block.add(`let ${made};`);
  // A whole object at once is made much faster than member by member.
  const whole = block.inside(`if (${optional.map(({ value }) => presence(value)).join(' && ')})`);
  whole.add(`${made} = ${objectCode(parts, block)};`);
  if (optional.length > 1) writeParts(made, parts, isSure, block.inside('else'));
  else if (isSure) {
    block.inside('else').add(
      `${made} = ${objectCode(
        parts.filter(({ value }) => value.sure),
        block,
      )};`,
    );
  }
  return isSure ? { code: made, kind: 'one', sure: true } : { code: made, kind: 'one' };
}

/** Writes an object member by member. */
function writeParts(made: string, parts: readonly Part[], isSure: boolean, block: Block): void {
  const leading = parts.slice(0, isSure ? parts.findIndex(({ value }) => !value.sure) : 0);
  if (isSure) block.add(`${made} = ${objectCode(leading, block)};`);
  for (const { name, value } of parts.slice(leading.length)) {
    const target = isSure ? made : `(${made} ??= {})`;
    block.add(
      `${value.sure ? '' : `if (${presence(value)}) `}${assignment(target, name, value.code, block)};`,
    );
  }
}

interface Part {
  readonly name: string;
  readonly value: Value;
}

/** In brackets `__proto__` is a member like any other. */
function objectCode(parts: readonly Part[], block: Block): string {
  const members = parts.map(({ name, value: { code } }) => {
    const key = block.constant(name);
    return `${name === '__proto__' ? `[${key}]` : key}: ${code}`;
  });
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

function assignment(target: string, name: string, code: string, block: Block): string {
  const key = block.constant(name);
  return name === '__proto__' ? `define(${target}, ${key}, ${code})` : `${target}[${key}] = ${code}`;
}

/** The condition that a value is there and not the empty text. */
export function presence({ code, kind, sure }: Value): string {
  if (sure) return 'true';
  return kind === 'any' ? `${code} !== undefined && ${code} !== ""` : `${code} !== undefined`;
}

function memberCode(member: Member, scope: Surrounding, block: Block): Value {
  const made = scope.write(member.value, scope, block);
  if (made === NOTHING) return made;
  const value = { ...made, code: block.hold(made.code) };
  if (['literal', 'map', 'list'].includes(member.value.kind)) return value;
  const { code, kind, sure } = value;
  const mayBeList = kind === 'any' || kind === 'list';
  if (scope.cardinality.get(member) === 'one' && mayBeList) {
    const place = placeCode(member.place, block);
    block.add(`if (isArray(${code})) tooMany(${code}, ${block.constant(member.name)}, ${place});`);
  }
  if (!isListed(member, scope) || kind === 'list') return value;
  if (isFixed(member.value, scope)) {
    return constantValue(Object.freeze([fixedValue(member.value, scope)]), block);
  }
  const list = block.fresh();
  const one = sure && !mayBeList;
  const several = `${code} === undefined || isArray(${code}) ? ${code} : [${code}]`;
  block.add(`const ${list} = ${one ? `[${code}]` : several};`);
  return one ? { code: list, kind: 'list', sure } : { code: list, kind: 'list' };
}

/** Writes a list, or nothing when it has no items. */
export function listCode(items: readonly Template[], scope: Surrounding, block: Block): Value {
  const list = block.fresh();
  block.add(`const ${list} = [];`);
  const isSure = items.map((item) => appendCode(item, list, scope, block)).includes(true);
  if (isSure) return { code: list, kind: 'list', sure: true };
  return { code: block.hold(`${list}.length > 0 ? ${list} : undefined`), kind: 'list' };
}

/** Writes what appends a template's values to a list, and tells whether it always appends some. */
function appendCode(template: Template, list: string, scope: Surrounding, block: Block): boolean {
  let isSure = false;
  controlCode(template, scope, block, (leaf, innerScope, inner) => {
    if (leaf.kind === 'for') {
      const body = forBlock(leaf, innerScope, inner);
      appendCode(leaf.body, list, body.scope, body.block);
      return;
    }
    const value = scope.write(leaf, innerScope, inner);
    if (inner === block && value.sure) isSure = true;
    if (value !== NOTHING) inner.add(appending(list, value));
  });
  return isSure;
}

function appending(list: string, value: Value): string {
  const { code, kind, sure } = value;
  if (kind === 'any' || kind === 'list') return `append(${list}, ${code});`;
  return `${sure ? '' : `if (${presence(value)}) `}${list}.push(${code});`;
}
