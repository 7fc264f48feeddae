import type { Expression } from '../expression/expression.ts';
import type { Block } from './code.ts';
import { anyValue, itemValue, truth, type Value } from './value-code.ts';

/** Writes a function without criteria, or gives undefined when it is left to fhirpath.js. */
type FunctionCode = (
  owner: Value,
  argument: Expression | undefined,
  block: Block,
  place: string,
) => Value | undefined;

/** The functions that the bridge evaluates itself, as fhirpath.js does. */
export const FUNCTIONS: ReadonlyMap<string, FunctionCode> = new Map<string, FunctionCode>([
  ['exists', ({ code }, _, block) => truth(`${code} !== undefined`, block)],
  ['empty', ({ code }, _, block) => truth(`${code} === undefined`, block)],
  ['first', (owner, _, block) => itemValue(owner, 0, block)],
  [
    'last',
    (owner, _, block) => {
      const of = block.hold(owner.code);
      return anyValue(`isArray(${of}) ? ${of}.at(-1) : ${of}`, block);
    },
  ],
  [
    'count',
    (owner, _, block) => {
      const of = block.hold(owner.code);
      const code = block.hold(`isArray(${of}) ? ${of}.length : ${of} === undefined ? 0 : 1`);
      return { code, kind: 'one', sure: true };
    },
  ],
  [
    'not',
    (owner, _, block, place) => {
      if (owner.kind === 'boolean') return truth(`!${owner.code}`, block);
      const of = block.hold(owner.code);
      return anyValue(`typeof ${of} === "boolean" ? !${of} : general("not", ${of}, ${of}, ${place})`, block);
    },
  ],
  [
    'length',
    (owner, _, block, place) => {
      const of = block.hold(owner.code);
      const general = `general("length", ${of}, ${of}, ${place})`;
      return anyValue(`typeof ${of} === "string" ? ${of}.length : ${general}`, block);
    },
  ],
  [
    'toString',
    (owner, _, block, place) => {
      const of = block.hold(owner.code);
      return anyValue(`typeof ${of} === "string" ? ${of} : toText(${of}, ${place})`, block);
    },
  ],
  [
    'join',
    (owner, separator, block, place) => {
      const between =
        separator === undefined ? '' : separator.kind === 'literal' ? separator.value : undefined;
      if (typeof between !== 'string') return undefined;
      return anyValue(`join(run, ${owner.code}, ${block.constant(between)}, ${place})`, block);
    },
  ],
]);
