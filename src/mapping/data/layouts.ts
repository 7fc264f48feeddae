import type { Assessment, Language } from '../../assessment/assessment.ts';
import type { Files } from '../files/files.ts';
import { membersOf, oneOf, textOf } from '../files/members.ts';
import type { Report } from '../files/place.ts';
import type { Yaml } from '../files/yaml.ts';
import { LANGUAGES } from './catalogue.ts';

/** How a note is laid out, and the language of its headings. */
export interface Layout {
  readonly layout: string;
  readonly headingLanguage: Language;
}

/** Which layout whose notes have. */
export interface Layouts {
  /** What templates may find in `%layout`. */
  readonly names: readonly string[];
  readonly byDefault: Layout;
  /** What a unit, queue or organisation has otherwise, by its OID. */
  readonly recipients: ReadonlyMap<string, Partial<Layout>>;
}

const FILE = 'layouts.yaml';
/** The one layout of a folder without layouts.yaml. */
const STANDARD = 'standard';
const OID = /^[0-2](\.(0|[1-9]\d*))+$/;

/** Reads layouts.yaml, which may be absent; mistakes are reported. */
export function readLayouts(files: Files, headingLanguage: Language, report: Report): Layouts {
  const yaml = files.exists(FILE) ? files.yaml(FILE, report) : undefined;
  if (!yaml) {
    return { names: [STANDARD], byDefault: { layout: STANDARD, headingLanguage }, recipients: new Map() };
  }
  const members = membersOf(yaml, FILE, ['default', 'layouts', 'recipients'], report);
  const names = namesIn(members.get('layouts')?.value, report);
  if (!members.has('layouts')) report(yaml.place, `${FILE} needs layouts: the list of their names.`);
  const byDefault = members.get('default');
  if (!byDefault) report(yaml.place, `${FILE} needs default: the layout of whoever is not named.`);
  const layout = byDefault && oneOf(byDefault.value, 'A layout', names, report);
  return {
    names,
    byDefault: { layout: layout ?? names[0] ?? STANDARD, headingLanguage },
    recipients: recipientsIn(members.get('recipients')?.value, names, report),
  };
}

function namesIn(yaml: Yaml | undefined, report: Report): string[] {
  if (yaml && yaml.kind !== 'list') report(yaml.place, 'The names of the layouts are a list.');
  const names = new Set<string>();
  for (const item of yaml?.kind === 'list' ? yaml.items : []) {
    const name = textOf(item, 'The name of a layout', report);
    if (name === undefined) continue;
    if (names.has(name)) report(item.place, `The layout "${name}" is there twice.`);
    names.add(name);
  }
  return [...names];
}

function recipientsIn(
  yaml: Yaml | undefined,
  names: readonly string[],
  report: Report,
): Map<string, Partial<Layout>> {
  if (yaml && yaml.kind !== 'map') report(yaml.place, 'The recipients are a map by OID.');
  const recipients = new Map<string, Partial<Layout>>();
  for (const { key, keyPlace, value } of yaml?.kind === 'map' ? yaml.members : []) {
    if (!OID.test(key)) report(keyPlace, `A recipient is named by its OID (1.2.246…); "${key}" is none.`);
    const members = membersOf(value, 'A recipient', ['layout', 'headingLanguage'], report);
    const layout = members.get('layout');
    const language = members.get('headingLanguage');
    const name = layout && oneOf(layout.value, 'A layout', names, report);
    const headingLanguage = language && oneOf(language.value, 'A heading language', LANGUAGES, report);
    recipients.set(key, {
      ...(name ? { layout: name } : {}),
      ...(headingLanguage ? { headingLanguage } : {}),
    });
  }
  return recipients;
}

/** The layout for an assessment's recipient: what its unit has, else its queue, else its organisation, else the default. */
export function layoutFor(
  { unit, queue, organisation }: Assessment['recipient'],
  { byDefault, recipients }: Layouts,
): Layout {
  if (recipients.size === 0) return byDefault;
  const own = [unit, queue, organisation].flatMap((each) => (each && recipients.get(each.oid)) ?? []);
  return {
    layout: own.find(({ layout }) => layout)?.layout ?? byDefault.layout,
    headingLanguage: own.find((each) => each.headingLanguage)?.headingLanguage ?? byDefault.headingLanguage,
  };
}

/** The languages that headings may be in. */
export function headingLanguages({ byDefault, recipients }: Layouts): Language[] {
  const others = [...recipients.values()].flatMap(({ headingLanguage }) => headingLanguage ?? []);
  return [...new Set([byDefault.headingLanguage, ...others])];
}
