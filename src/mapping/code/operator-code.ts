import type { Block } from './code.ts';
import { anyValue, truth, type Value } from './value-code.ts';

/** Writes an operator of two values; `place` is the code of the rule's place. */
type OperatorCode = (a: Value, b: Value, block: Block, place: string) => Value;

/** The operators that the bridge evaluates itself, as fhirpath.js does. */
export const OPERATORS: ReadonlyMap<string, OperatorCode> = new Map<string, OperatorCode>([
  ['=', equality('===', 'equal')],
  ['!=', equality('!==', 'unequal')],
  ['and', junction('&&', 'and')],
  ['or', junction('||', 'or')],
  ['<', comparison('<')],
  ['>', comparison('>')],
  ['<=', comparison('<=')],
  ['>=', comparison('>=')],
  ['&', (a, b, block, place) => anyValue(`concatenated(run, ${a.code}, ${b.code}, ${place})`, block)],
  ['+', (a, b, block, place) => anyValue(`sum(run, ${a.code}, ${b.code}, ${place})`, block)],
  ['-', (a, b, block, place) => anyValue(`difference(${a.code}, ${b.code}, ${place})`, block)],
]);

/** Two texts are the commonest: one of them is mostly written in the expression. */
function equality(sign: string, name: string): OperatorCode {
  return (a, b, block, place) => {
    const general = `${name}(${a.code}, ${b.code}, ${place})`;
    if (b.kind !== 'text' || !b.sure) return anyValue(general, block);
    const left = block.hold(a.code);
    return anyValue(`typeof ${left} === "string" ? ${left} ${sign} ${b.code} : ${general}`, block);
  };
}

function junction(sign: string, name: string): OperatorCode {
  return (a, b, block, place) =>
    a.kind === 'boolean' && b.kind === 'boolean'
      ? truth(`${a.code} ${sign} ${b.code}`, block)
      : anyValue(`${name}(${a.code}, ${b.code}, ${place})`, block);
}

function comparison(sign: string): OperatorCode {
  return (a, b, block, place) => {
    const [left, right] = [block.hold(a.code), block.hold(b.code)];
    const numbers = `typeof ${left} === "number" && typeof ${right} === "number"`;
    const general = `general(${block.constant(sign)}, ${left}, ${right}, ${place})`;
    return anyValue(`${numbers} ? ${left} ${sign} ${right} : ${general}`, block);
  };
}
