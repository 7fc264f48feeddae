import type { Assessment } from '../assessment/assessment.ts';
import { normalise } from '../assessment/normalise.ts';
import { BridgeError } from '../errors.ts';
import type { Format } from '../log/message.ts';
import type { Kind } from '../mapping/data/catalogue.ts';
import type { Contract } from './contract.ts';
import { parseExact } from './fhir/exact.ts';
import { readResponse } from './fhir/read.ts';
import { type Release, releases } from './fhir/release.ts';
import type { SourceSettings } from './fhir/settings.ts';

/** What a body of a format holds, before it is held against the contract. */
export interface Content {
  readonly value: unknown;
  /** Places of what the body holds and the value does not. */
  readonly unread: readonly string[];
  /** The place in the body of a JSON pointer into the value. */
  place(pointer: string): string;
}

/** A body as JSON reads it, and as it was written. */
interface Body {
  readonly value: unknown;
  text(): string;
}

/** How bodies of each format are read. @throws BridgeError `resource-invalid` */
export type Formats = Readonly<Record<Format, (body: Body) => Content>>;

/** @param kinds the kinds that are known now: they change while the bridge runs */
export function formatsOf(settings: SourceSettings, kinds: () => readonly Kind[]): Formats {
  const reader = (release: Release) => (body: Body) =>
    readResponse(parseExact(body.text()), { release, settings, kinds: kinds() });
  return {
    assessment: ({ value }) => ({ value, unread: [], place: (pointer) => pointer }),
    'questionnaire-response': reader(releases['questionnaire-response']),
    'questionnaire-response-stu3': reader(releases['questionnaire-response-stu3']),
    'questionnaire-response-r5': reader(releases['questionnaire-response-r5']),
  };
}

/**
 * How stored payloads become assessments again. They kept to the contract when they were accepted; what other settings
 * make of them may not.
 * @throws BridgeError `mapping-failed` with the places
 */
export function readersOf(
  formats: Formats,
  contract: Pick<Contract, 'assessment'>,
): (stored: { readonly format: Format; readonly payload: Uint8Array }) => Assessment {
  return ({ format, payload }) => {
    const text = Buffer.from(payload).toString('utf8');
    try {
      const { value } = formats[format]({ value: JSON.parse(text), text: () => text });
      return normalise(contract.assessment(value));
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      throw new BridgeError('mapping-failed', error.details, { cause: error });
    }
  };
}
