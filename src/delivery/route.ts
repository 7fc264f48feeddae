import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BridgeError, type ErrorDetail } from '../errors.ts';
import { loadQuestionMaps, type QuestionMap } from './question-map.ts';
import { routeSchema } from './route-schema.ts';
import { type Place, readYamlFile } from './yaml-file.ts';

/** Which encounter must be there: one that the route accepts, one that still runs, or none. */
export type EncounterNeed = 'any' | 'open' | 'none';

/** A resource type of which each resource is a write of its own. */
export interface CreatedResource {
  readonly write: 'create';
  readonly encounter: EncounterNeed;
  /** Members with the code that they must hold (`code` or `system|code`); other resources of the type stay in the bridge. */
  readonly only?: Readonly<Record<string, string>>;
  /** Most UTF-16 units of one note; longer ones become several, each with a line of its own that says which it is. */
  readonly split?: { readonly characters: number; readonly label: string };
  /** Members of the canonical resource that are not sent. */
  readonly drop?: readonly string[];
  /** What is laid over the canonical resource; `{patient}` and `{encounter}` stand for the record's ids. */
  readonly set: Readonly<Record<string, unknown>>;
  readonly 'look-up': SearchLookUp | { readonly by: 'identifier' | 'if-none-exist' | 'nothing' };
}

/**
 * Finds a write again by search parameters (`{type}` and `{code}` stand for the resource's own, `ge{since}` for the day
 * before the write) and by comparing what is found.
 */
interface SearchLookUp {
  readonly by: 'search';
  readonly parameters: Readonly<Record<string, string>>;
  readonly compare: 'attachment' | 'reading';
}

/** QuestionnaireResponses, written as answers to a questionnaire that the record system assigned to the patient. */
export interface AnswersResource {
  readonly write: 'answers';
  /** Folder of the maps of questions, beside the route file. */
  readonly questionnaires: string;
  /** How the assignment is found: search parameters of CarePlan, and where in it the questionnaire is named. */
  readonly assignment: {
    readonly parameters: Readonly<Record<string, string>>;
    readonly questionnaire: string;
  };
  readonly 'look-up':
    | { readonly by: 'search'; readonly parameters: Readonly<Record<string, string>> }
    | { readonly by: 'nothing' };
}

/** A resource type that goes in one transaction, each resource under a condition of its own. */
export interface ConditionalResource {
  readonly write: 'conditional-create';
  /** By what the record system knows that it has the resource: its own identifier, or a tag that the bridge gives it. */
  readonly unless: 'identifier' | 'tag';
  readonly drop?: readonly string[];
  readonly set?: Readonly<Record<string, unknown>>;
}

/** A patient whom the record system finds by itself, when the transaction names her by identifier. */
interface ReferredResource {
  readonly write: 'conditional-reference';
}

/** A resource type that stays in the bridge, and why. */
interface KeptResource {
  readonly keep: string;
}

type RoutedResource =
  | CreatedResource
  | AnswersResource
  | ConditionalResource
  | ReferredResource
  | KeptResource;

/** A setting for each urgency class (`P0` to `P8`) that it names, and for all others. */
type ByClass<T> = Readonly<Record<string, T>> & { readonly other: T };

/** For how long, by urgency class, something is waited for, and how often it is looked for. ISO 8601 durations. */
export interface WaitRule {
  readonly wait: ByClass<string>;
  /** The first pause between two looks, and the longest to which it grows; absent: those of the retry policy. */
  readonly look?: ByClass<{ readonly first: string; readonly most: string }> | undefined;
}

/** Which encounter takes what a route writes, and how long it is waited for. */
interface EncounterRule extends WaitRule {
  /** Around the time when the assessment was sent and accepted. */
  readonly window: { readonly before: string; readonly after: string };
  readonly statuses: readonly string[];
  /** Those of the statuses in which an encounter still runs. */
  readonly open: readonly string[];
  /** Codes of Encounter.class; none means any. */
  readonly classes: readonly string[];
  readonly choose: 'newest' | 'only';
}

interface RouteFile {
  readonly name: string;
  readonly patient: {
    /** Systems of identifiers by which a patient is sought, the best first. */
    readonly identifiers: readonly string[];
    /** Whether an identifier may stand in an address when the record system has no POST search. */
    readonly search: 'post-only' | 'post-then-get';
    /** How long a patient whom the record system does not know is waited for; absent: not at all. */
    readonly wait?: WaitRule['wait'];
    readonly look?: WaitRule['look'];
  };
  /** Absent where nothing that is written needs an encounter. */
  readonly encounter?: EncounterRule;
  /** System of the tags of resources that are created unless their tag is there. */
  readonly transaction?: { readonly tag: string };
  /** A write whose outcome is not known: how long after the call the record is looked at, and for how long. */
  readonly unknown: { readonly settle: string; readonly limit: string };
  /** In the order of writing. */
  readonly resources: Readonly<Record<string, RoutedResource>>;
}

/** Which resources of a canonical bundle are written to a record system, how, and what must be there first. */
export interface Route extends RouteFile {
  /** The maps of questions of the record system's own questionnaires. */
  readonly questionMaps: readonly QuestionMap[];
}

/**
 * Reads a route file, and the maps of questions that it names.
 * @throws BridgeError `mapping-invalid` with all mistakes found, each as file:line:column.
 */
export function loadRoute(file: string): Route {
  if (!existsSync(file))
    throw new BridgeError('mapping-invalid', [{ text: 'the route is not there', at: file }]);
  const { content: route, at } = readYamlFile<RouteFile>(file, routeSchema);
  const folder = questionFolderOf(route, file);
  const mistakes = [
    ...contradictionsIn(route, at),
    ...(folder === undefined || existsSync(folder)
      ? []
      : [{ text: 'the folder of questionnaires is not there', at: at([...answersPath, 'questionnaires']) }]),
  ];
  if (mistakes.length > 0) throw new BridgeError('mapping-invalid', mistakes);
  return { ...route, questionMaps: folder === undefined ? [] : loadQuestionMaps(folder) };
}

const answersPath = ['resources', 'QuestionnaireResponse'] as const;

function questionFolderOf(route: RouteFile, file: string): string | undefined {
  const how = route.resources['QuestionnaireResponse'];
  const answers = how !== undefined && 'write' in how && how.write === 'answers';
  return answers ? join(dirname(file), how.questionnaires) : undefined;
}

/** The rules of encounters of a route that passed its check, for a write that needs an encounter. */
export function encounterRuleOf({ encounter }: Route): EncounterRule {
  if (encounter === undefined) throw new TypeError('a route says nothing of the encounter that it needs');
  return encounter;
}

/** The setting for a class. */
export function ofClass<T>(settings: ByClass<T>, urgency: number): T {
  return settings[`P${urgency}`] ?? settings.other;
}

/** What the schema cannot say of a route. */
function contradictionsIn(route: RouteFile, at: Place): readonly ErrorDetail[] {
  return Object.entries(route.resources).flatMap(([type, how]) => {
    const [member, text] = contradictionIn(type, how, route) ?? [];
    if (member === undefined) return [];
    return [{ text: `resources.${type}.${member} ${text}`, at: at(['resources', type, member]) }];
  });
}

/** The member at fault and what is wrong with it. */
function contradictionIn(
  type: string,
  how: RoutedResource,
  route: RouteFile,
): readonly [member: string, text: string] | undefined {
  if (!('write' in how)) return undefined;
  if (how.write === 'create' && how.encounter !== 'none' && route.encounter === undefined) {
    return ['encounter', 'needs the rules under `encounter`'];
  }
  if (how.write === 'create') return contradictionInLookUp(type, how);
  if (how.write === 'answers' && type !== 'QuestionnaireResponse') {
    return ['write', 'is for QuestionnaireResponse only'];
  }
  if (how.write === 'conditional-create' && how.unless === 'tag' && route.transaction === undefined) {
    return ['unless', 'needs `transaction.tag`'];
  }
  if (how.write === 'conditional-reference' && type !== 'Patient') return ['write', 'is for Patient only'];
  return undefined;
}

function contradictionInLookUp(
  type: string,
  { split, drop = [], 'look-up': lookUp }: CreatedResource,
): readonly [member: string, text: string] | undefined {
  const byContent = lookUp.by === 'nothing' || (lookUp.by === 'search' && lookUp.compare === 'attachment');
  if (split !== undefined && !byContent) {
    return [
      'split',
      'divides notes only, which are told apart by their text: look-up.compare must be attachment',
    ];
  }
  if (lookUp.by !== 'identifier' && lookUp.by !== 'if-none-exist') return undefined;
  if (drop.includes('identifier')) return ['look-up', 'needs the identifier, which `drop` leaves out'];
  // A person's identifier is an identity code, which is not carried in headers or compared among records.
  if (type === 'Patient' || type === 'RelatedPerson') return ['look-up', 'is not for people'];
  return undefined;
}
