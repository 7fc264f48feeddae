import type { ErrorCode } from '../errors.ts';
import type { NewResource } from '../record/client.ts';
import { isJson, type Json, objects, text } from '../record/json.ts';
import type { PatientIdentifier } from '../record/patient.ts';
import { convertedAnswers } from './answers.ts';
import { answersStep } from './answers-step.ts';
import { createStep } from './create-step.ts';
import { notePartsOf } from './note-parts.ts';
import { questionMapOf } from './question-map.ts';
import type { AnswersResource, CreatedResource, Route } from './route.ts';
import type { PlannedStep } from './step.ts';
import { type Conditional, transactionStep, unfitIn } from './transaction-step.ts';

/** What a bundle is planned for. */
export interface Kind {
  readonly id: string;
  readonly version: string;
  /** Whether a person said which patient it is about: then no identifier is needed. */
  readonly patientChosen?: boolean;
}

export interface Plan {
  /** The patient's identifiers that the route seeks by, the best first. */
  readonly identifiers: readonly PatientIdentifier[];
  /** Whether the patient is to be known before anything is written; else the record system finds her by the first identifier. */
  readonly seeks: boolean;
  readonly steps: readonly PlannedStep[];
  /** Why nothing may be written. */
  readonly gaps: readonly Gap[];
  /** What stays in the note although the route could write it elsewhere, in plain words. */
  readonly remarks: readonly string[];
}

interface Gap {
  readonly cause: Extract<ErrorCode, 'route-gap' | 'note-too-long' | 'patient-unidentified'>;
  /** In plain words, without personal data. */
  readonly note: string;
}

/** Turns a canonical bundle into the writes of a route, in the order in which the route names their types. */
export function planOf(bundle: Json, route: Route, kind: Kind): Plan {
  const entries = objects(bundle['entry']);
  const resources = entries.flatMap(({ resource }) => (isResource(resource) ? [resource] : []));
  const patient = resources.find(({ resourceType }) => resourceType === 'Patient');
  const identifiers = patient === undefined ? [] : identifiersOf(patient, route.patient.identifiers);
  const unrouted = resources.filter(({ resourceType }) => route.resources[resourceType] === undefined);

  const parts: Part[] = unrouted.map(({ resourceType }) =>
    gap('route-gap', `the route does not know ${resourceType}`),
  );
  for (const [type, how] of Object.entries(route.resources)) {
    if (!('write' in how)) continue;
    const own = resources.filter(({ resourceType }) => resourceType === type);
    if (how.write === 'create') parts.push(created(own, entries, how));
    if (how.write === 'answers') parts.push(...own.map((response) => answered(response, how, route, kind)));
  }
  const seeks = !named(route) || kind.patientChosen === true;
  parts.push(transacted(entries, route, { seeks, identifier: identifiers[0] }));

  const steps = parts.flatMap((part) => part.steps ?? []);
  const gaps = parts.flatMap((part) => part.gaps ?? []);
  const nothing = steps.length === 0 && gaps.length === 0;
  const empty: Gap = { cause: 'route-gap', note: 'the bundle holds nothing to write' };
  return {
    identifiers,
    seeks,
    steps,
    gaps: nothing ? [empty] : distinct(gaps),
    remarks: parts.flatMap((part) => part.remarks ?? []),
  };
}

/** What some of the resources come to. */
type Part = Partial<Pick<Plan, 'steps' | 'gaps' | 'remarks'>>;

function gap(cause: Gap['cause'], note: string): Part {
  return { gaps: [{ cause, note }] };
}

/** Each resource by itself, a note as several where it is too long. */
function created(resources: readonly NewResource[], entries: readonly Json[], how: CreatedResource): Part {
  const steps: PlannedStep[] = [];
  const gaps: Gap[] = [];
  for (const resource of resources.filter((each) => holds(each, how.only))) {
    const type = resource.resourceType;
    const divided = notePartsOf(resource, how.split);
    if (!divided.ok) gaps.push({ cause: 'note-too-long', note: divided.why });
    const first = nameOf(type, steps.length + 1);
    for (const part of divided.ok ? divided.parts : []) {
      const name = nameOf(type, steps.length + 1);
      const made = createStep(name, part, entries, how);
      if ('gap' in made) gaps.push({ cause: 'route-gap', note: made.gap });
      else steps.push(name === first ? made.step : { ...made.step, partOf: first });
    }
  }
  return { steps, gaps };
}

function nameOf(type: string, nth: number): string {
  return nth === 1 ? type : `${type}-${nth}`;
}

/** Whether each of the members named holds its code. */
function holds(resource: NewResource, only: CreatedResource['only'] = {}): boolean {
  return Object.entries(only).every(([member, code]) => {
    const value = resource[member];
    const concepts = isJson(value) ? [value] : objects(value);
    const codings = concepts.flatMap((concept) => objects(concept['coding']));
    return codings.some((coding) => {
      const own = text(coding, 'code') ?? '';
      return code === own || code === `${text(coding, 'system') ?? ''}|${own}`;
    });
  });
}

/** Answers where there is a map of the kind's questions; else they stay in the note. */
function answered(response: NewResource, how: AnswersResource, route: Route, kind: Kind): Part {
  // Where nobody made any map, the route is not meant to send answers, and there is nothing to say.
  if (route.questionMaps.length === 0) return {};
  const map = questionMapOf(route.questionMaps, kind);
  const kept = (why: string): Part => ({ remarks: [`the answers stay in the note: ${why}`] });
  if (map === undefined) return kept(`no map of questions for ${kind.id} ${kind.version}`);
  const converted = convertedAnswers(response, map);
  if (!converted.ok) return kept(converted.why);
  const step = answersStep(response.resourceType, response, converted.items, map, how);
  return step === undefined ? kept('nothing to send') : { steps: [step] };
}

function transacted(
  entries: readonly Json[],
  route: Route,
  patient: { readonly seeks: boolean; readonly identifier: PatientIdentifier | undefined },
): Part {
  const conditionals = entries.flatMap(({ fullUrl, resource }): readonly Conditional[] => {
    if (patient.seeks && isResource(resource) && resource.resourceType === 'Patient') return [];
    const how = isResource(resource) ? route.resources[resource.resourceType] : undefined;
    if (how === undefined || !('write' in how) || how.write !== 'conditional-create') return [];
    return isResource(resource) && typeof fullUrl === 'string' ? [{ fullUrl, resource, how }] : [];
  });
  if (conditionals.length === 0) return {};
  if (!patient.seeks && patient.identifier === undefined) {
    return gap('patient-unidentified', 'no identifier by which the record system could find the patient');
  }
  const unfit = unfitIn(conditionals, route, patient.identifier);
  if (unfit.length > 0) return { gaps: unfit.map((note) => ({ cause: 'route-gap', note })) };
  return { steps: [transactionStep(conditionals, entries, route, patient.identifier)] };
}

/** Whether the transaction names the patient, so that the record system finds or makes her. */
function named(route: Route): boolean {
  const how = route.resources['Patient'];
  return how !== undefined && 'write' in how;
}

function distinct(gaps: readonly Gap[]): readonly Gap[] {
  return gaps.filter((each, i) => gaps.findIndex(({ note }) => note === each.note) === i);
}

function identifiersOf(patient: NewResource, systems: readonly string[]): readonly PatientIdentifier[] {
  return systems.flatMap((system) =>
    objects(patient['identifier']).flatMap((identifier) => {
      const value = text(identifier, 'value');
      return text(identifier, 'system') === system && value !== undefined ? [{ system, value }] : [];
    }),
  );
}

function isResource(value: unknown): value is NewResource {
  return isJson(value) && text(value, 'resourceType') !== undefined;
}
