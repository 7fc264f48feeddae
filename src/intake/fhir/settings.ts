import { existsSync, readFileSync } from 'node:fs';
import { Ajv, type ErrorObject } from 'ajv';
import { BridgeError } from '../../errors.ts';
import { didYouMean, type Mistake, type Place, type Report, showPlace } from '../../mapping/files/place.ts';
import { plain, readYaml, type Yaml } from '../../mapping/files/yaml.ts';
import type { Code } from './coding.ts';

/** Where a single value stands: in an extension of the QuestionnaireResponse, or in an input of the Task. */
interface ValuePlace {
  readonly extension: string;
  readonly input?: Code;
}

/** How a QuestionnaireResponse becomes an assessment: mappings/sources/questionnaire-response.yaml. */
export interface SourceSettings {
  readonly identifiers: { readonly hetu: string; readonly edition: string; readonly party: string };
  readonly labels: { readonly nonDisclosure: Code; readonly trial: Code };
  readonly guardian: readonly Code[];
  /** What the addresses of our own Questionnaires begin with. */
  readonly questionnaires: string;
  readonly extensions: Readonly<Record<(typeof extensionNames)[number], string>>;
  readonly values: Readonly<Record<ValueName, ValuePlace>>;
  readonly defaults: {
    /** Of a kind whose Questionnaire has none. */
    readonly version: string;
    readonly language?: string;
    readonly organisation?: { readonly oid: string; readonly name?: string };
  };
}

export type ValueName = (typeof valueNames)[number];

const extensionNames = [
  'answerDisplay',
  'authorisation',
  'bookingRightCount',
  'consent',
  'disclosureToGuardian',
  'municipality',
  'recipient',
] as const;
const valueNames = [
  'edition',
  'title',
  'started',
  'sent',
  'trial',
  'urgencyClass',
  'originalUrgencyClass',
  'urgencyChangedBy',
  'urgencyChangedAt',
  'urgencyChangeReason',
  'recommendation',
  'local',
  'summary',
] as const;

const address = { type: 'string', pattern: '^[a-z][a-z0-9+.-]*:\\S+$' };
const word = { type: 'string', minLength: 1 };
const code = closed({ system: address, code: word });

function closed(properties: Readonly<Record<string, object>>, optional: readonly string[] = []): object {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', additionalProperties: false, required, properties };
}

function each(names: readonly string[], schema: object): object {
  return closed(Object.fromEntries(names.map((name) => [name, schema])));
}

/** What mappings/sources/questionnaire-response.yaml may say (JSON Schema). */
export const sourceSettingsSchema = closed({
  identifiers: each(['hetu', 'edition', 'party'], address),
  labels: each(['nonDisclosure', 'trial'], code),
  guardian: { type: 'array', items: code },
  questionnaires: address,
  extensions: each(extensionNames, address),
  values: each(valueNames, closed({ extension: address, input: code }, ['input'])),
  defaults: closed(
    {
      version: word,
      language: { enum: ['fi', 'sv', 'en'] },
      organisation: closed({ oid: { type: 'string', pattern: '^[0-2](\\.(0|[1-9][0-9]*))+$' }, name: word }, [
        'name',
      ]),
    },
    ['language', 'organisation'],
  ),
});

/**
 * Reads the settings of the FHIR-native door.
 * @throws BridgeError `mapping-invalid` with every mistake at its file:line:column
 */
export function loadSourceSettings(file: string): SourceSettings {
  if (!existsSync(file))
    throw new BridgeError('mapping-invalid', [{ text: 'The file is not there.', at: file }]);
  const mistakes: Mistake[] = [];
  const report: Report = (place, text) => mistakes.push({ place, text });
  const yaml = readYaml(readFileSync(file, 'utf8'), file, report);
  const isSettings = new Ajv({ allErrors: true, verbose: true }).compile<SourceSettings>(
    sourceSettingsSchema,
  );
  const settings = yaml === undefined ? undefined : plain(yaml);
  if (isSettings(settings) && mistakes.length === 0) return settings;
  if (yaml !== undefined) for (const error of isSettings.errors ?? []) tell(error, yaml, report);
  throw new BridgeError(
    'mapping-invalid',
    mistakes.map(({ place, text }) => ({ text, at: showPlace(place) })),
  );
}

function tell(error: ErrorObject, root: Yaml, report: Report): void {
  const path = error.instancePath.split('/').slice(1);
  const yaml = path.reduce<Yaml>(memberOf, root);
  const name = path.join('.') || 'The file';
  const extra: unknown = error.params['additionalProperty'];
  if (typeof extra === 'string') {
    const known = Object.keys((error.parentSchema?.['properties'] ?? {}) as object);
    report(keyPlace(yaml, extra), `"${extra}" is not known here${didYouMean(extra, known)}.`);
    return;
  }
  const allowed: unknown = error.params['allowedValues'];
  const choices = Array.isArray(allowed) ? `: ${allowed.join(', ')}` : '';
  report(yaml.place, `${name} ${error.message ?? 'is not valid'}${choices}.`);
}

function memberOf(yaml: Yaml, name: string): Yaml {
  if (yaml.kind === 'map') return yaml.members.find(({ key }) => key === name)?.value ?? yaml;
  return yaml.kind === 'list' ? (yaml.items[Number(name)] ?? yaml) : yaml;
}

function keyPlace(yaml: Yaml, name: string): Place {
  const member = yaml.kind === 'map' ? yaml.members.find(({ key }) => key === name) : undefined;
  return member?.keyPlace ?? yaml.place;
}
