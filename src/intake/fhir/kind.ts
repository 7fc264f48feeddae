import type { Kind } from '../../mapping/data/catalogue.ts';
import { textIn } from './definition.ts';
import { child, type Element, refuse, text } from './element.ts';
import { asIdentifier } from './identifier.ts';
import type { Branch, Leaf } from './made.ts';
import type { Release } from './release.ts';
import type { Sent } from './request.ts';
import type { SourceSettings } from './settings.ts';

/** What a QuestionnaireResponse says of its Questionnaire, and the Questionnaire where the request has it. */
export interface Answered {
  /** Its address without the version. */
  readonly url: Leaf<string>;
  readonly version: Leaf<string> | undefined;
  readonly questionnaire: Element | undefined;
}

/** Finds the Questionnaire that was answered. @throws BridgeError `resource-invalid` when the response names none. */
export function answeredOf(sent: Sent, release: Release): Answered {
  const place = `${sent.response.at}.questionnaire`;
  const reference = release.questionnaire === 'reference' ? child(sent.response, 'questionnaire') : undefined;
  const named = reference === undefined ? nameOf(sent.response, release) : text(reference, 'reference');
  if (named === undefined) return refuse('must name the Questionnaire that was answered', place);
  const [address = '', version] = named.value.split(
    release.questionnaire === 'reference' ? '/_history/' : '|',
  );
  const questionnaire = questionnaireOf(sent, address);
  const own = questionnaire && text(questionnaire, 'url');
  const url = own !== undefined && address.startsWith('#') ? own : { at: named.at, value: address };
  return {
    url,
    version:
      version === undefined
        ? questionnaire && text(questionnaire, 'version')
        : { at: named.at, value: version },
    questionnaire,
  };
}

function nameOf(response: Element, { questionnaire }: Release): Leaf<string> | undefined {
  return questionnaire === 'canonical' ? text(response, 'questionnaire') : undefined;
}

function questionnaireOf({ resources, resolve }: Sent, address: string): Element | undefined {
  const pointed = resolve(address);
  if (pointed?.members['resourceType'] === 'Questionnaire') return pointed;
  return resources.find(
    ({ members }) => members['resourceType'] === 'Questionnaire' && members['url'] === address,
  );
}

/** Which assessment it is: by the catalogue, else by our own form of addresses, else by the last part of the address. */
export function kindOf(
  { url, version, questionnaire }: Answered,
  {
    kinds,
    settings,
    title,
    language,
  }: { kinds: readonly Kind[]; settings: SourceSettings; title: Leaf | undefined; language: string },
): Branch {
  const { at, value: address } = url;
  const known = kinds.find((kind) => kind.questionnaire === address);
  const own = address.startsWith(settings.questionnaires)
    ? address.slice(settings.questionnaires.length)
    : (address.split(/[/#:]/).at(-1) ?? '');
  return {
    at,
    parts: {
      id: asIdentifier({ at, value: known?.id ?? own }),
      version: asIdentifier(version ?? { at, value: settings.defaults.version }),
      title: title ?? (questionnaire && textIn(questionnaire, 'title', language)),
    },
  };
}
