import { identifierOf } from './coding.ts';
import { child, children, type Element, refuse, text, texts } from './element.ts';
import { extension } from './extension.ts';
import { type Branch, branch, type Leaf, series } from './made.ts';
import type { SourceSettings } from './settings.ts';

/** The elements of a name but those that are out of use. */
function current(person: Element, name: string): readonly Element[] {
  return children(person, name).filter(isCurrent);
}

function isCurrent({ members }: Element): boolean {
  return members['use'] !== 'old';
}

/** The one with the preferred `use`, else the first. */
function preferred(elements: readonly Element[], uses: readonly string[]): Element | undefined {
  const found = uses.map((use) => elements.find(({ members }) => members['use'] === use));
  return found.find((element) => element !== undefined) ?? elements[0];
}

/** Names of a Patient or RelatedPerson: the official ones, else the usual, else the first. */
export function namesOf(person: Element): Branch | undefined {
  const name = preferred(current(person, 'name'), ['official', 'usual']);
  if (name === undefined) return undefined;
  const given = series(`${name.at}.given`, texts(name, 'given'));
  const family = text(name, 'family') ?? text(name, 'text');
  return branch(name.at, { family, given });
}

/** Phone, e-mail and address of a Patient or RelatedPerson: of each the first. */
export function contactOf(person: Element): Branch | undefined {
  const telecom = current(person, 'telecom');
  const first = (system: string): Leaf<string> | undefined => {
    const found = telecom.find(({ members }) => members['system'] === system);
    return found === undefined ? undefined : text(found, 'value');
  };
  const address = preferred(current(person, 'address'), ['home']);
  return branch(person.at, {
    phone: first('phone') ?? first('sms'),
    email: first('email'),
    address: address === undefined ? undefined : addressOf(address),
  });
}

function addressOf(address: Element): Branch | undefined {
  const country = text(address, 'country');
  const isCode = country !== undefined && /^[A-Z]{2}$/.test(country.value);
  const own = texts(address, 'line');
  // A country that is not told by its code is one more line of the address.
  const lines = [
    ...(own.length === 0 ? written(address) : own),
    ...(country === undefined || isCode ? [] : [country]),
  ];
  return branch(address.at, {
    lines: series(`${address.at}.line`, lines),
    postalCode: text(address, 'postalCode'),
    city: text(address, 'city'),
    country: isCode ? country : undefined,
  });
}

/** The lines of an address that has only its text. */
function written(address: Element): readonly Leaf<string>[] {
  if (address.members['city'] !== undefined || address.members['postalCode'] !== undefined) return [];
  const whole = text(address, 'text');
  const lines = whole?.value.split(/[\r\n]+/).filter((line) => line.trim() !== '') ?? [];
  return lines.map((value) => ({ at: `${address.at}.text`, value }));
}

/** The personal identity code. @throws BridgeError `resource-invalid` when there are two that differ */
export function hetuOf(identifiers: readonly Element[], settings: SourceSettings): Leaf<string> | undefined {
  const { hetu: system } = settings.identifiers;
  const codes = identifiers
    .filter(isCurrent)
    .flatMap((identifier) => identifierOf([identifier], system) ?? []);
  const [first] = codes;
  const other = codes.find(({ value }) => value.toUpperCase() !== first?.value.toUpperCase());
  return other === undefined ? first : refuse('is a second personal identity code', other.at);
}

const OID = 'urn:oid:';

/** An identifier that an organisation gave for a time. */
export function temporaryIdOf(identifiers: readonly Element[]): Branch | undefined {
  const found = identifiers.find(({ members }) => members['use'] === 'temp');
  if (found === undefined) return undefined;
  const system = text(found, 'system');
  const oid = system?.value.startsWith(OID) ? { ...system, value: system.value.slice(OID.length) } : system;
  return branch(found.at, { system: oid, value: text(found, 'value') });
}

/** The day of birth, where the whole of it is known. */
export function birthDateOf(patient: Element): Leaf<string> | undefined {
  const date = text(patient, 'birthDate');
  return date !== undefined && date.value.length > '1988-06'.length ? date : undefined;
}

/** Home municipality. */
export function municipalityOf(patient: Element, settings: SourceSettings): Branch | undefined {
  const found = extension(patient, settings.extensions.municipality);
  const coding = found === undefined ? undefined : child(found, 'valueCoding');
  return coding && branch(coding.at, { code: text(coding, 'code'), label: text(coding, 'display') });
}
