import type { Assessment } from '../assessment/assessment.ts';
import { normalise } from '../assessment/normalise.ts';
import { BridgeError } from '../errors.ts';
import type { Format } from '../log/log.ts';
import type { Kind } from '../mapping/catalogue.ts';
import type { Contract } from './contract.ts';
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

/** How bodies of each format are read. @throws BridgeError `resource-invalid` */
export type Formats = Readonly<Record<Format, (body: unknown) => Content>>;

/** @param kinds the kinds that are known now: they change while the bridge runs */
export function formatsOf(settings: SourceSettings, kinds: () => readonly Kind[]): Formats {
  const reader = (release: Release) => (body: unknown) =>
    readResponse(body, { release, settings, kinds: kinds() });
  return {
    assessment: (value) => ({ value, unread: [], place: (pointer) => pointer }),
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
    const body: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    try {
      return normalise(contract.assessment(formats[format](body).value));
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      throw new BridgeError('mapping-failed', error.details, { cause: error });
    }
  };
}
