import { didYouMean, type Place } from '../files/place.ts';
import type { Member, Rule, Translate } from '../template/template.ts';
import type { Checking, Expected } from './checking.ts';
import { canBe, constant, infer, isMany, oneOfType } from './infer.ts';
import { codeProblem, isPrimitive, jsonType, literalProblem } from './primitives.ts';
import { constantOf, type Shape, typesOf, valuesOf } from './shape.ts';

/** Checks that what an expression gives fits the element it stands for. */
export function checkValue(rule: Rule, expected: Expected | undefined, checking: Checking): Shape {
  const { report, definitions } = checking;
  const shape = inferred(rule, checking);
  if (!expected || !shape || shape.length === 0) return shape;
  const { element } = expected;
  if (!element.list && isMany(shape)) {
    report(
      rule.place,
      `"${element.name}" takes one value; the expression may give several: use first() or join(', ').`,
    );
  }
  const types = isPrimitive(element.type, definitions) ? [jsonType(element.type)] : ['object'];
  if (types.includes('number')) types.push('integer');
  if (types.includes('integer')) types.push('number');
  if (!types.some((type) => canBe(shape, type))) {
    const given = [...new Set(shape.flatMap(({ schema }) => typesOf(schema)))].join(' or ');
    report(rule.place, `"${element.name}" takes ${element.type}; the expression gives ${given}.`);
  }
  if (shape.every(({ schema }) => valuesOf(schema))) {
    for (const code of new Set(shape.flatMap(({ schema }) => valuesOf(schema) ?? []))) {
      const problem = typeof code === 'string' ? codeProblem(code, element, definitions) : undefined;
      if (problem) report(rule.place, `${problem} The expression may give it; use $translate.`);
    }
  }
  return shape;
}

/** Checks a literal against the element it stands for. */
export function checkLiteral(
  value: string | number | boolean,
  place: Place,
  expected: Expected | undefined,
  { report, definitions }: Checking,
): void {
  if (!expected) return;
  const { element, item } = expected;
  if (element.list && !item) report(place, `"${element.name}" is a list: begin its items with "-".`);
  else if (!isPrimitive(element.type, definitions)) {
    report(place, `"${element.name}" takes ${element.type}, which is an object.`);
  } else {
    const problem = literalProblem(value, element, definitions);
    if (problem) report(place, problem);
  }
}

/** Checks that a text fits the element it stands for. */
export function checkText(
  place: Place,
  what: string,
  expected: Expected | undefined,
  { report, definitions }: Checking,
): void {
  if (!expected) return;
  const { element, item } = expected;
  if (element.list && !item) report(place, `"${element.name}" is a list: begin its items with "-".`);
  else if (!isPrimitive(element.type, definitions) || jsonType(element.type) !== 'string') {
    report(place, `"${element.name}" takes ${element.type}, not ${what}.`);
  }
}

/** Checks the expressions of a mixed text. */
export function checkParts(parts: readonly (string | Rule)[], checking: Checking): Shape {
  const constants = parts.map((part) =>
    typeof part === 'string' ? part : constantOf(checkPart(part, checking)),
  );
  return constants.includes(undefined) ? oneOfType('string') : constant(constants.join(''));
}

/** Checks a `$translate` and the codes it may give. */
export function checkTranslate(
  template: Translate,
  expected: Expected | undefined,
  checking: Checking,
): void {
  const { report, maps, definitions } = checking;
  for (const rule of [template.code, template.system, template.text]) if (rule) checkPart(rule, checking);
  const map = maps.get(template.map);
  if (!map)
    report(
      template.mapPlace,
      `There is no ConceptMap "${template.map}"${didYouMean(template.map, maps.keys())}.`,
    );
  if (!expected) return;
  const { element } = expected;
  if (template.as === 'code' || template.as === 'display') {
    checkText(template.place, '$translate', expected, checking);
    const codes = template.as === 'code' ? (map?.targets ?? []).map(({ code }) => code) : [];
    for (const code of new Set(codes)) {
      const problem = codeProblem(code, element, definitions);
      if (problem) report(template.mapPlace, `The ConceptMap can give this code, but ${problem}`);
    }
    return;
  }
  const gives = template.as === 'coding' ? 'Coding' : 'CodeableConcept';
  if (element.type !== gives) {
    report(template.place, `"${element.name}" takes ${element.type}; $translate gives a ${gives}.`);
  }
}

/** Checks the condition of an `$if`. */
export function checkCondition(rule: Rule, checking: Checking): void {
  const shape = infer(rule, checking, checking.report);
  if (shape && shape.length > 0 && !canBe(shape, 'boolean')) {
    checking.report(rule.place, '$if takes true or false; ask for presence with .exists().');
  }
}

/** Checks what a `$switch` looks at, and that its cases can come. */
export function checkSwitch(on: Rule, cases: readonly Member[], checking: Checking): void {
  const shape = infer(on, checking, checking.report);
  if (isMany(shape)) checking.report(on.place, '$switch takes one value; use first().');
  const values = shape?.map(({ schema }) => valuesOf(schema)) ?? [];
  if (values.length === 0 || values.includes(undefined)) return;
  const known = [...new Set(values.flatMap((some) => some ?? []).map(String))];
  for (const { name, place } of cases) {
    if (known.includes(name)) continue;
    checking.report(
      place,
      `The value is never "${name}"${didYouMean(name, known)}: it is one of ${known.join(', ')}.`,
    );
  }
}

function checkPart(rule: Rule, checking: Checking): Shape {
  const shape = inferred(rule, checking);
  if (isMany(shape)) {
    checking.report(
      rule.place,
      "The expression may give several values where one text fits; use first() or join(', ').",
    );
  } else if (
    shape?.length &&
    !['string', 'boolean', 'number', 'integer'].some((type) => canBe(shape, type))
  ) {
    checking.report(rule.place, 'The expression gives an object where a text fits.');
  }
  return shape;
}

/** What an expression gives, noting it when that is always the same. */
function inferred(rule: Rule, checking: Checking): Shape {
  const shape = infer(rule, checking, checking.report);
  const value = constantOf(shape);
  if (value !== undefined) checking.constants.set(rule, value);
  return shape;
}
