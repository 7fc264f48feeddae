import { childrenOf, type Element } from '../../fhir/elements.ts';
import { didYouMean, type Place, type Report } from '../files/place.ts';
import type { Binding, Include, MapTemplate, Member, Template } from '../template/template.ts';
import {
  checkCondition,
  checkLiteral,
  checkParts,
  checkSwitch,
  checkText,
  checkTranslate,
  checkValue,
} from './check-values.ts';
import type { Checking, Expected, Spot } from './checking.ts';
import { constant, infer, oneOfType } from './infer.ts';
import { isPrimitive } from './primitives.ts';
import { constantOf, maybe, type Shape } from './shape.ts';

/**
 * Checks the template of a resource against FHIR, the source and the variables in sight.
 * @returns the resource type, if the template says it
 */
export function checkResource(template: Template, checking: Checking): string | undefined {
  switch (template.kind) {
    case 'map':
      return checkTyped(template, checking);
    case 'for':
      return checkResource(template.body, inLoop(template, checking));
    case 'let':
      return checkResource(template.body, checkBindings(template.bindings, checking));
    case 'if':
      checkCondition(template.condition, checking);
      if (template.otherwise)
        checking.report(template.otherwise.place, '$else cannot stand at the top of a resource.');
      return checkResource(template.body, checking);
    case 'broken':
      return undefined;
    case 'include':
      return checkResource(template.body, inFragment(template, checking));
    default:
      checking.report(template.place, 'A resource is expected here: a map with resourceType.');
      return undefined;
  }
}

function checkTyped(map: MapTemplate, checking: Checking): string | undefined {
  const { report, definitions } = checking;
  const named = map.members.find(({ name }) => name === 'resourceType');
  if (named?.value.kind === 'broken') return undefined;
  if (named?.value.kind !== 'literal') {
    report(named?.place ?? map.place, 'A resource says its resourceType as a plain word.');
    return undefined;
  }
  const type = String(named.value.value);
  const structure = definitions.structure(type);
  if (structure?.kind !== 'resource' || structure.abstract) {
    report(named.value.place, `FHIR R4 has no resource ${type}${didYouMean(type, RESOURCES)}.`);
    return undefined;
  }
  checkMembers(map, { type: profileOf(map, type, checking) ?? type, path: '' }, checking);
  return type;
}

/** Resources that assessments are made of: for guesses at a mistyped name. */
export const RESOURCES = [
  ...[
    'Appointment',
    'Bundle',
    'CarePlan',
    'Communication',
    'CommunicationRequest',
    'Composition',
    'Condition',
  ],
  ...['Consent', 'Coverage', 'Device', 'DocumentReference', 'Encounter', 'Flag', 'HealthcareService', 'List'],
  ...['Location', 'Observation', 'Organization', 'Patient', 'Person', 'Practitioner', 'PractitionerRole'],
  ...['Procedure', 'Provenance', 'Questionnaire', 'QuestionnaireResponse', 'RelatedPerson', 'RiskAssessment'],
  ...['Schedule', 'ServiceRequest', 'Slot', 'Task', 'Binary', 'Basic'],
];

/** The first profile that `meta.profile` names, by constants alone, and the definitions have. */
function profileOf({ members }: MapTemplate, type: string, checking: Checking): string | undefined {
  const meta = members.find(({ name }) => name === 'meta')?.value;
  const inside = meta?.kind === 'include' ? inFragment(meta, checking) : checking;
  const map = meta?.kind === 'include' ? meta.body : meta;
  const profile = map?.kind === 'map' ? map.members.find(({ name }) => name === 'profile')?.value : undefined;
  for (const item of profile?.kind === 'list' ? profile.items : []) {
    const url = constantOf(checkTemplate(item, undefined, inside));
    const found = typeof url === 'string' ? checking.definitions.structure(url) : undefined;
    if (found?.type === type) return found.url;
  }
  return undefined;
}

function elementsAt({ type, path }: Spot, { elements, definitions }: Checking): readonly Element[] {
  const key = `${type} ${path}`;
  const found = elements.get(key) ?? childrenOf(definitions, type, path);
  elements.set(key, found);
  return found;
}

function checkMembers({ members, place }: MapTemplate, spot: Spot, checking: Checking): void {
  const { report, definitions } = checking;
  const elements = elementsAt(spot, checking);
  if (elements.length === 0) return;
  const byName = new Map(elements.map((element) => [element.name, element]));
  const chosen = new Map<string, string>();
  for (const member of members) {
    const { name, value } = member;
    if (name === 'resourceType' && spot.path === '') continue;
    const element = byName.get(name.startsWith('_') ? name.slice(1) : name);
    if (!element || (name.startsWith('_') && !isPrimitive(element.type, definitions))) {
      report(member.place, unknownMember(name, spot, elements));
      continue;
    }
    if (element.max === 0) report(member.place, `The profile ${spot.type} does not allow "${name}".`);
    if (name.startsWith('_')) {
      checkTemplate(value, undefined, checking);
      continue;
    }
    if (element.choice && value.kind !== 'if' && value.kind !== 'switch') {
      const other = chosen.get(element.choice);
      if (other) {
        report(
          member.place,
          `"${name}" and "${other}" are one choice, ${element.choice}: only one may be there.`,
        );
      }
      chosen.set(element.choice, name);
    }
    const shape = checkTemplate(value, { element, spot, item: false }, checking);
    if (element.list) checking.cardinality.set(member, 'list');
    else if (!shape) checking.cardinality.set(member, 'one');
  }
  checkRequired(members, elements, place, spot, report);
}

function unknownMember(name: string, { type, path }: Spot, elements: readonly Element[]): string {
  const choices = elements.filter(({ choice }) => choice === `${name}[x]`).map((element) => element.name);
  const where = path === '' ? type : `${type}.${path}`;
  if (choices.length > 0)
    return `${where} has "${name}" with its type in the name: ${choices.slice(0, 12).join(', ')}.`;
  return `${where} has no "${name}"${didYouMean(
    name,
    elements.map((element) => element.name),
  )}.`;
}

function checkRequired(
  members: readonly Member[],
  elements: readonly Element[],
  place: Place,
  { type, path }: Spot,
  report: Report,
): void {
  const present = new Set(members.map(({ name }) => name.replace(/^_/, '')));
  const required = new Map<string, boolean>();
  for (const { name, choice = name, min } of elements) {
    if (min > 0) required.set(choice, (required.get(choice) ?? false) || present.has(name));
  }
  for (const [name, there] of required) {
    if (!there)
      report(place, `${path === '' ? type : `${type}.${path}`} needs "${name}", which is not here.`);
  }
}

/** Checks a template; without an expectation, only its expressions. Gives what is known of its value. */
function checkTemplate(template: Template, expected: Expected | undefined, checking: Checking): Shape {
  const { report } = checking;
  switch (template.kind) {
    case 'broken':
      return undefined;
    case 'literal':
      checkLiteral(template.value, template.place, expected, checking);
      return constant(template.value);
    case 'text':
      checkText(template.place, 'a text', expected, checking);
      return checkParts(template.parts, checking);
    case 'value':
      return checkValue(template.rule, expected, checking);
    case 'map':
      checkMap(template, expected, checking);
      return undefined;
    case 'list':
      if (expected && !expected.element.list) {
        report(template.place, `"${expected.element.name}" takes one value, not a list.`);
      }
      for (const item of template.items)
        checkTemplate(item, expected && { ...expected, item: true }, checking);
      return undefined;
    case 'for':
      if (expected && !expected.element.list) {
        report(template.place, `"${expected.element.name}" takes one value; $for would give several.`);
      }
      checkTemplate(template.body, expected && { ...expected, item: true }, inLoop(template, checking));
      return undefined;
    case 'let':
      return checkTemplate(template.body, expected, checkBindings(template.bindings, checking));
    case 'if': {
      checkCondition(template.condition, checking);
      const shape = checkTemplate(template.body, expected, checking);
      return template.otherwise
        ? either(shape, checkTemplate(template.otherwise, expected, checking))
        : shape;
    }
    case 'switch': {
      checkSwitch(template.on, template.cases, checking);
      const shapes = template.cases.map(({ value }) => checkTemplate(value, expected, checking));
      if (template.otherwise) shapes.push(checkTemplate(template.otherwise, expected, checking));
      return maybe(shapes.reduce(either, []));
    }
    case 'translate':
      checkTranslate(template, expected, checking);
      return template.as === 'coding' || template.as === 'concept' ? undefined : oneOfType('string');
    case 'include':
      return checkTemplate(template.body, expected, inFragment(template, checking));
    case 'lines':
      checkLines(template.items, checking);
      checkText(template.place, '$text', expected, checking);
      return oneOfType('string');
    case 'base64':
      checkTemplate(template.of, undefined, checking);
      checkText(template.place, '$base64', expected, checking);
      return oneOfType('string');
  }
}

function either(a: Shape, b: Shape): Shape {
  return a && b && [...a, ...b];
}

function inLoop(template: Extract<Template, { kind: 'for' }>, checking: Checking): Checking {
  const { name, items, place } = template;
  const shape = infer(items, checking, checking.report);
  checkName(name, place, checking);
  const variables = new Map(checking.variables);
  variables.set(
    name,
    shape?.map(({ schema }) => ({ schema, many: false })),
  );
  variables.set(`${name}Index`, oneOfType('integer'));
  return { ...checking, variables };
}

/** What a fragment sees: the predefined variables and what `$with` passes. */
function inFragment({ bindings }: Include, checking: Checking): Checking {
  const variables = new Map(checking.predefined);
  for (const { name, place, value } of bindings) {
    checkName(name, place, checking);
    variables.set(name, checkTemplate(value, undefined, checking));
  }
  return { ...checking, variables };
}

function checkBindings(bindings: readonly Binding[], checking: Checking): Checking {
  let inside = checking;
  for (const { name, place, value } of bindings) {
    checkName(name, place, checking);
    const shape = checkTemplate(value, undefined, inside);
    inside = { ...inside, variables: new Map([...inside.variables, [name, shape]]) };
  }
  return inside;
}

function checkName(name: string, place: Place, { predefined, report }: Checking): void {
  if (predefined.has(name)) report(place, `%${name} is predefined; choose another name.`);
}

function checkLines(items: readonly Template[], checking: Checking): void {
  for (const item of items) {
    if (item.kind === 'list') checkLines(item.items, checking);
    else if (item.kind === 'map')
      checking.report(item.place, 'A line of $text is a text; this is an object.');
    else checkTemplate(item, undefined, checking);
  }
}

function checkMap(template: MapTemplate, expected: Expected | undefined, checking: Checking): void {
  const { report, definitions } = checking;
  if (!expected) {
    for (const { value } of template.members) checkTemplate(value, undefined, checking);
    return;
  }
  const { element, spot, item } = expected;
  if (element.list && !item) report(template.place, `"${element.name}" is a list: begin its items with "-".`);
  if (isPrimitive(element.type, definitions)) {
    report(template.place, `"${element.name}" takes ${element.type}, not an object.`);
  } else if (element.type === 'Resource') checkTyped(template, checking);
  else checkMembers(template, { type: spot.type, path: join(spot.path, element.name) }, checking);
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
