import type { Definitions } from './definitions.ts';
import { elementOf } from './elements.ts';
import type { Structure } from './model.ts';
import { type Check, type Json, type Run, report, reportAt } from './run.ts';

/** Places of extensions remembered at once; a few dozen occur in practice. */
const MAX_PLACES = 500;

/** Looks at one extension, after its own form has been checked. */
export type ExtensionCheck = (extension: Json, run: Run, isModifier: boolean) => void;

/**
 * Checks extensions against their definitions: known ones by content, by where they may stand and by whether they
 * modify; unknown ones are allowed with a note, unless they modify the meaning of what they stand in.
 * @param profile the check of a profile by its url
 */
export function createExtensionCheck(
  definitions: Definitions,
  profile: (url: string) => Check | undefined,
): ExtensionCheck {
  const known = new Map<string, ReadonlySet<string>>();
  /** The same places come again and again; strange names must not fill the memory. */
  const hosts = (run: Run): ReadonlySet<string> => {
    const names = stepsInResource(run);
    const type = String(run.resource['resourceType']);
    const key = `${type}.${names.join('.')}`;
    const found = known.get(key) ?? hostsOf(definitions, type, names);
    if (known.size >= MAX_PLACES) known.clear();
    known.set(key, found);
    return found;
  };
  return (extension, run, isModifier) => {
    const { url } = extension;
    if (typeof url !== 'string') return;
    if (!/^[a-z][a-z0-9+.-]*:/i.test(url)) {
      // The parts of a complex extension have plain names; their definition, where known, names them.
      if (!isPart(run)) reportAt(run, 'url', 'value', 'The url of an extension must be absolute.');
      return;
    }
    const definition = definitions.structure(url);
    if (definition?.type !== 'Extension' || definition.derivation !== 'constraint') {
      reportUnknown(run, isModifier);
      return;
    }
    profile(url)?.(extension, run);
    if ((definition.elements[0]?.isModifier ?? false) !== isModifier) {
      report(run, 'extension', `Must ${isModifier ? 'not ' : ''}be a modifier extension.`);
    }
    if (!mayStand(definitions, definition, run, hosts)) {
      report(run, 'extension', 'This extension is not meant for this place.');
    }
  };
}

function reportUnknown(run: Run, isModifier: boolean): void {
  const text = isModifier
    ? 'A modifier extension that is not known must not be passed over.'
    : 'This extension is not known, so its content was not checked.';
  report(run, 'extension', text, isModifier ? 'error' : 'information');
}

function isPart(run: Run): boolean {
  const names = run.at.filter((step) => typeof step === 'string');
  return /^(?:modifierE|e)xtension$/.test(names.at(-2) ?? '');
}

/** Whether one of the definition's contexts fits; a context that is an expression is taken as fitting. */
function mayStand(
  definitions: Definitions,
  { context }: Structure,
  run: Run,
  hosts: (run: Run) => ReadonlySet<string>,
): boolean {
  if (!context || context.length === 0) return true;
  return context.some(({ type, expression }) => {
    if (type === 'fhirpath') return true;
    if (type === 'extension') return isPart(run);
    const bare = expression.slice(expression.indexOf('#') + 1);
    const path =
      expression.includes('/') && !expression.includes('#') ? definitions.structure(expression)?.type : bare;
    return path === undefined || hosts(run).has(path.replace('[x]', ''));
  });
}

/** All names by which a context may speak of where the extension stands: its path, its type, and what they are of. */
function hostsOf(definitions: Definitions, type: string, names: readonly string[]): ReadonlySet<string> {
  const structure = definitions.structure(type);
  if (names.length === 0) {
    return new Set([
      'Element',
      'Resource',
      type,
      ...(structure?.base?.endsWith('/DomainResource') ? ['DomainResource'] : []),
    ]);
  }
  const hosts = new Set(['Element']);
  for (let from = 0; from < names.length; from += 1) {
    const owner = from === 0 ? type : elementOf(definitions, type, names.slice(0, from).join('.'))?.type;
    const element = owner && elementOf(definitions, owner, names.slice(from).join('.'));
    if (!element) continue;
    hosts.add(element.type);
    if (element.repeats) hosts.add(element.repeats);
    hosts.add(element.path.replace('[x]', ''));
    hosts.add(`${owner}.${names.slice(from).join('.')}`);
  }
  return hosts;
}

/** The element names between the innermost resource and the extension. */
function stepsInResource(run: Run): string[] {
  const names: string[] = [];
  for (let i = run.at.length - 1; i > 0; i -= 1) {
    const step = run.at[i];
    if (typeof step === 'number') continue;
    if (step === 'contained' || step === 'resource') break;
    names.unshift(step ?? '');
  }
  return names.slice(0, -1);
}
