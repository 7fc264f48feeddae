import type { Place } from '../files/place.ts';
import type { Template } from '../template/template.ts';
import type { Block } from './code.ts';
import { controlCode, forBlock, includeCode, type Surrounding } from './control-code.ts';
import { presence } from './json-code.ts';
import { placeCode, type Value } from './value-code.ts';

/** Writes a `$text`: its lines joined, or nothing without any. */
export function linesCode(items: readonly Template[], place: Place, scope: Surrounding, block: Block): Value {
  const lines = block.fresh();
  block.add(`const ${lines} = [];`);
  for (const item of items) lineCode(item, lines, scope, block);
  return { code: block.hold(`joined(run, ${lines}, ${placeCode(place, block)})`), kind: 'any' };
}

/** Writes what adds a line, none, or several; only an empty text that stands in the template itself is an empty line. */
function lineCode(template: Template, lines: string, scope: Surrounding, block: Block): void {
  controlCode(template, scope, block, (leaf, innerScope, inner) => {
    if (leaf.kind === 'literal') {
      inner.add(`${lines}.push(${inner.constant(String(leaf.value))});`);
    } else if (leaf.kind === 'list' || leaf.kind === 'lines') {
      for (const item of leaf.items) lineCode(item, lines, innerScope, inner);
    } else if (leaf.kind === 'for') {
      const body = forBlock(leaf, innerScope, inner);
      lineCode(leaf.body, lines, body.scope, body.block);
    } else if (leaf.kind === 'include') {
      const call = includeCode(leaf, innerScope, inner, ['lines'], (fragment, body) =>
        lineCode(leaf.body, 'lines', fragment, body),
      );
      inner.add(`${call([lines])};`);
    } else {
      const value = scope.write(leaf, innerScope, inner);
      inner.add(lining(lines, value, placeCode(leaf.place, inner)));
    }
  });
}

function lining(lines: string, value: Value, place: string): string {
  const { code, kind } = value;
  if (kind === 'text')
    return `${presence(value) === 'true' ? '' : `if (${presence(value)}) `}${lines}.push(${code});`;
  return `addLine(${lines}, ${code}, ${place});`;
}
