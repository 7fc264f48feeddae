import { isProblem, parseExpression } from '../expression/parse-expression.ts';
import { membersOf, oneOf } from '../files/members.ts';
import { didYouMean, type Place, type Report } from '../files/place.ts';
import type { Yaml, YamlMap, YamlMember, YamlScalar } from '../files/yaml.ts';
import {
  type Binding,
  type Member,
  type Rule,
  type Template,
  TRANSLATIONS,
  type Translate,
} from './template.ts';

/** Longest expression, in characters. */
const LONGEST = 500;
const BODIES = ['$value', '$switch', '$translate', '$include', '$text', '$base64'];
const COMPANIONS: Readonly<Record<string, string>> = {
  $else: '$if',
  $cases: '$switch',
  $default: '$switch',
  $with: '$include',
};
const DIRECTIVES = ['$for', '$let', '$if', ...Object.keys(COMPANIONS), ...BODIES];
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** What reading a template needs besides its YAML. */
export interface Reading {
  readonly report: Report;
  /** Reads the file of an `$include`, named relative to the including file; undefined when that was reported. */
  include(path: string, place: Place): { readonly file: string; readonly body: Template } | undefined;
}

/** Recognises directives and expressions in YAML; what cannot be read is reported and left out. */
export function readTemplate(yaml: Yaml, reading: Reading): Template {
  if (yaml.kind === 'broken') return yaml;
  if (yaml.kind === 'scalar') return readScalar(yaml, reading);
  if (yaml.kind === 'list') {
    const items = yaml.items.map((item) => readTemplate(item, reading));
    return { kind: 'list', items, place: yaml.place };
  }
  return readMap(yaml, reading) ?? { kind: 'broken', place: yaml.place };
}

function readScalar(scalar: YamlScalar, reading: Reading): Template {
  const { value, place } = scalar;
  if (typeof value !== 'string' || !value.includes('{{')) return { kind: 'literal', value, place };
  const parts: (string | Rule)[] = [];
  let at = 0;
  for (;;) {
    const open = value.indexOf('{{', at);
    if (open < 0) break;
    const close = closing(value, open + 2);
    if (close < 0) {
      reading.report(scalar.placeOf('{{', open), 'This {{ has no }}.');
      return { kind: 'broken', place };
    }
    if (open > at) parts.push(value.slice(at, open));
    const rule = readRule(scalar, value.slice(open + 2, close), open + 2, reading);
    if (!rule) return { kind: 'broken', place };
    parts.push(rule);
    at = close + 2;
  }
  if (at < value.length) parts.push(value.slice(at));
  const only = parts.length === 1 ? parts[0] : undefined;
  return typeof only === 'object' ? { kind: 'value', rule: only, place } : { kind: 'text', parts, place };
}

/** The }} that closes an expression: not one inside a text of it. */
function closing(value: string, from: number): number {
  let quoted = false;
  for (let at = from; at < value.length; at += 1) {
    const character = value.charAt(at);
    if (character === '\\' && quoted) at += 1;
    else if (character === "'") quoted = !quoted;
    else if (!quoted && value.startsWith('}}', at)) return at;
  }
  return value.indexOf('}}', from);
}

function readRule(scalar: YamlScalar, source: string, from: number, { report }: Reading): Rule | undefined {
  const text = source.trim();
  if (text === '') {
    report(scalar.placeOf('{{', Math.max(0, from - 2)), 'An expression is expected here.');
    return undefined;
  }
  const place = scalar.placeOf(text, from + source.indexOf(text));
  if (text.length > LONGEST) {
    report(place, `The expression has ${text.length} characters; at most ${LONGEST} are allowed.`);
    return undefined;
  }
  const placeAt = (offset: number): Place =>
    text.includes('\n') ? place : { ...place, column: place.column + offset };
  const expression = parseExpression(text);
  if (!isProblem(expression)) return { text, expression, place, placeAt };
  report(placeAt(expression.at), `The expression cannot be read: ${expression.problem}`);
  return undefined;
}

/** A bare expression, as directives take it. */
function readBare(yaml: Yaml, directive: string, reading: Reading): Rule | undefined {
  if (yaml.kind !== 'scalar') {
    reading.report(yaml.place, `${directive} takes an expression.`);
    return undefined;
  }
  if (String(yaml.value).includes('{{')) {
    reading.report(yaml.place, `${directive} takes a bare expression, without {{ }}.`);
    return undefined;
  }
  return readRule(yaml, String(yaml.value), 0, reading);
}

function readMap(map: YamlMap, reading: Reading): Template | undefined {
  const directives = new Map<string, YamlMember>();
  const members: Member[] = [];
  for (const member of map.members) {
    if (!member.key.startsWith('$')) {
      members.push({ name: member.key, place: member.keyPlace, value: readTemplate(member.value, reading) });
    } else if (DIRECTIVES.includes(member.key)) directives.set(member.key, member);
    else {
      const guess = didYouMean(member.key, DIRECTIVES);
      reading.report(member.keyPlace, `There is no directive ${member.key}${guess}.`);
    }
  }
  for (const [name, { keyPlace }] of directives) {
    const owner = COMPANIONS[name];
    if (owner && !directives.has(owner)) reading.report(keyPlace, `${name} stands only beside ${owner}.`);
  }
  const body = readBody(map, directives, members, reading);
  return body && wrap(body, map.place, directives, reading);
}

function readBody(
  { place, members: written }: YamlMap,
  directives: ReadonlyMap<string, YamlMember>,
  members: readonly Member[],
  reading: Reading,
): Template | undefined {
  const bodies = BODIES.flatMap((name) => directives.get(name) ?? []);
  const [body, second] = bodies;
  if (!body) {
    if (members.length > 0 || written.length === 0) return { kind: 'map', members, place };
    if (directives.size === written.length) {
      reading.report(place, `Nothing stands here to be given: members, or one of ${BODIES.join(', ')}.`);
    }
    return undefined;
  }
  if (second) {
    reading.report(second.keyPlace, `${second.key} cannot stand beside ${body.key}.`);
    return undefined;
  }
  const [member] = members;
  if (member) {
    reading.report(
      member.place,
      `"${member.name}" cannot stand beside ${body.key}, which gives the whole value.`,
    );
    return undefined;
  }
  return readDirective(body, directives, reading);
}

function readDirective(
  { key, keyPlace: place, value }: YamlMember,
  directives: ReadonlyMap<string, YamlMember>,
  reading: Reading,
): Template | undefined {
  switch (key) {
    case '$switch':
      return readSwitch(place, value, directives, reading);
    case '$translate':
      return readTranslate(place, value, reading);
    case '$include':
      return readInclude(place, value, directives.get('$with'), reading);
    case '$text': {
      const body = readTemplate(value, reading);
      if (body.kind === 'broken') return body;
      if (body.kind === 'list') return { kind: 'lines', items: body.items, place };
      reading.report(value.place, '$text takes a list of lines.');
      return undefined;
    }
    case '$base64':
      return { kind: 'base64', of: readTemplate(value, reading), place };
    default:
      return readTemplate(value, reading);
  }
}

function wrap(
  body: Template,
  place: Place,
  directives: ReadonlyMap<string, YamlMember>,
  reading: Reading,
): Template | undefined {
  let template: Template = body;
  const condition = directives.get('$if');
  if (condition) {
    const rule = readBare(condition.value, '$if', reading);
    const other = directives.get('$else');
    const otherwise = other && readTemplate(other.value, reading);
    if (!rule) return undefined;
    template = { kind: 'if', condition: rule, body: template, otherwise, place };
  }
  const variables = directives.get('$let');
  if (variables) {
    template = { kind: 'let', bindings: readBindings(variables, reading), body: template, place };
  }
  const loop = directives.get('$for');
  return loop ? readFor(loop, template, reading) : template;
}

function readFor(
  { keyPlace: place, value }: YamlMember,
  body: Template,
  reading: Reading,
): Template | undefined {
  const text = value.kind === 'scalar' ? String(value.value) : '';
  const name = /^\s*(\S+)\s+in\s+/.exec(text);
  if (value.kind !== 'scalar' || !name?.[1]) {
    reading.report(value.place, '$for takes "name in expression".');
    return undefined;
  }
  if (!NAME.test(name[1])) {
    reading.report(value.place, `"${name[1]}" is no name for a variable (letters, digits and _).`);
    return undefined;
  }
  const items = readRule(value, text.slice(name[0].length), name[0].length, reading);
  return items && { kind: 'for', name: name[1], items, body, place };
}

function readBindings({ key, value }: YamlMember, reading: Reading): Binding[] {
  if (value.kind !== 'map') {
    reading.report(value.place, `${key} takes a map of names and values.`);
    return [];
  }
  return value.members.flatMap((member) => {
    if (!NAME.test(member.key)) {
      reading.report(member.keyPlace, `"${member.key}" is no name for a variable (letters, digits and _).`);
      return [];
    }
    return [{ name: member.key, place: member.keyPlace, value: readTemplate(member.value, reading) }];
  });
}

function readSwitch(
  place: Place,
  value: Yaml,
  directives: ReadonlyMap<string, YamlMember>,
  reading: Reading,
): Template | undefined {
  const on = readBare(value, '$switch', reading);
  const cases = directives.get('$cases');
  if (cases?.value.kind !== 'map') {
    reading.report(cases?.value.place ?? place, '$switch needs $cases: a map from values to templates.');
    return undefined;
  }
  const read = cases.value.members.map(
    (member): Member => ({
      name: member.key,
      place: member.keyPlace,
      value: readTemplate(member.value, reading),
    }),
  );
  const other = directives.get('$default');
  const otherwise = other && readTemplate(other.value, reading);
  return on && { kind: 'switch', on, cases: read, otherwise, place };
}

function readTranslate(place: Place, value: Yaml, reading: Reading): Translate | undefined {
  const known = ['map', 'code', 'system', 'text', 'as'];
  const members = membersOf(value, '$translate', known, reading.report);
  const map = members.get('map')?.value;
  const code = members.get('code')?.value;
  const as = members.get('as')?.value;
  const system = members.get('system')?.value;
  if (map?.kind !== 'scalar' || !code || as?.kind !== 'scalar') {
    if (value.kind === 'map') reading.report(value.place, '$translate takes map, code and as.');
    return undefined;
  }
  const gives = oneOf(as, 'What $translate gives', TRANSLATIONS, reading.report);
  if (!gives) return undefined;
  const text = members.get('text');
  if (text && gives !== 'concept') reading.report(text.keyPlace, 'Only a concept has a text.');
  const rule = readBare(code, '$translate.code', reading);
  const systemRule = system && readBare(system, '$translate.system', reading);
  const textRule = text && readBare(text.value, '$translate.text', reading);
  return (
    rule && {
      kind: 'translate',
      map: String(map.value),
      mapPlace: map.place,
      code: rule,
      system: systemRule,
      text: textRule,
      as: gives,
      place,
    }
  );
}

function readInclude(
  place: Place,
  value: Yaml,
  given: YamlMember | undefined,
  reading: Reading,
): Template | undefined {
  if (value.kind !== 'scalar') {
    reading.report(value.place, '$include takes the path of a file.');
    return undefined;
  }
  const bindings = given ? readBindings(given, reading) : [];
  const fragment = reading.include(String(value.value), value.place);
  return fragment && { kind: 'include', ...fragment, bindings, place };
}
