import { child, children, type Element, elementOf, expectOnly, refuse, text } from './element.ts';
import type { Release } from './release.ts';

/** What a request holds: the QuestionnaireResponse and the resources that came with it, contained or in its Bundle. */
export interface Sent {
  readonly response: Element;
  /** All resources of the request, the QuestionnaireResponse among them. */
  readonly resources: readonly Element[];
  /** The resources of a type, in order. */
  ofType(type: string): readonly Element[];
  /** The only resource of a type, if there is one. @throws BridgeError `resource-invalid` when there are several. */
  only(type: string): Element | undefined;
  /** The resource that a reference points to, if it is in the request. */
  resolve(reference: string): Element | undefined;
  readonly bundle?: Element;
}

const RESPONSE = 'QuestionnaireResponse';
const bundleTypes = ['collection', 'document'];

/** Finds the QuestionnaireResponse in a body. @throws BridgeError `resource-invalid` */
export function readSent(value: unknown, release: Release): Sent {
  const type = typeOf(value);
  if (type !== RESPONSE && type !== 'Bundle') refuse(`must be a ${RESPONSE}, or a Bundle with one`, '/');
  const root = elementOf(value, type);
  expectUnderstood(value, type);
  if (type === RESPONSE) return sent(root, [], release);
  if (!bundleTypes.includes(String(root.members['type']))) {
    refuse(`must be ${bundleTypes.join(' or ')}`, `${type}.type`);
  }
  const entries = children(root, 'entry');
  const responses = entries.flatMap((entry) => {
    const resource = child(entry, 'resource');
    return resource !== undefined && typeOf(resource.members) === RESPONSE ? [resource] : [];
  });
  const [response, second] = responses;
  if (response === undefined) return refuse(`must hold a ${RESPONSE}`, `${type}.entry`);
  if (second !== undefined) refuse(`is a second ${RESPONSE}: send one at a time`, second.at);
  return { ...sent(response, entries, release), bundle: root };
}

function sent(response: Element, entries: readonly Element[], release: Release): Sent {
  expectOnly(response, (name) => release.response.has(name));
  const contained = children(response, 'contained');
  const known = new Map<string, Element>();
  const add = (key: string, resource: Element): void => {
    const other = known.get(key);
    if (other !== undefined && other.at !== resource.at)
      refuse('has the id of another resource', resource.at);
    known.set(key, resource);
  };
  for (const resource of contained) {
    const id = text(resource, 'id');
    if (id !== undefined) add(`#${id.value}`, resource);
  }
  const others = entries.flatMap((entry) => {
    const resource = child(entry, 'resource');
    if (resource === undefined) return [];
    const id = text(resource, 'id');
    const address = text(entry, 'fullUrl');
    if (id !== undefined) add(`${typeOf(resource.members)}/${id.value}`, resource);
    if (address !== undefined) add(address.value, resource);
    return resource.at === response.at ? [] : [resource];
  });
  const resources = [response, ...contained, ...others];
  const ofType = (type: string) => resources.filter(({ members }) => typeOf(members) === type);
  return {
    response,
    resources,
    ofType,
    only(type) {
      const [first, second] = ofType(type);
      return second === undefined ? first : refuse(`is a second ${type}: one is expected`, second.at);
    },
    resolve(reference) {
      const plain = reference.replace(/\/_history\/[^/]+$/, '');
      return known.get(plain);
    },
  };
}

function typeOf(value: unknown): string {
  const type: unknown =
    typeof value === 'object' && value !== null && 'resourceType' in value ? value.resourceType : undefined;
  return typeof type === 'string' ? type : '';
}

/**
 * Elements that change the meaning of others must be understood or refused
 * (http://hl7.org/fhir/R4/extensibility.html#modifierExtension, resource.html#implicitRules). The place names no member
 * on the way: what a sender calls one may be anything.
 */
function expectUnderstood(value: unknown, type: string): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (name === 'modifierExtension' || name === 'implicitRules') {
      refuse(
        'may change the meaning of what is sent in a way that the bridge does not know',
        `${type}.descendants().${name}`,
      );
    }
    expectUnderstood(member, type);
  }
}
