/**
 * What an assessment is: the typed form of the schema `Assessment` in openapi.yaml, which is its source.
 * A value of this type has passed that schema and the rules in check.ts.
 *
 * Words: an *assessment* is what a citizen filled in and sent; its *kind* says which form it was; an *edition*
 * is one sending of it; the *case* is the source and the assessment's id.
 */

export type Language = 'fi' | 'sv' | 'en';
export type UrgencyClass = 'P0' | 'P1' | 'P2' | 'P3' | 'P4' | 'P5' | 'P6' | 'P7' | 'P8';

interface Coded {
  readonly code: string;
  readonly system?: string;
  readonly label: string;
}

export interface Names {
  readonly family: string;
  readonly given?: readonly string[];
}

export interface Contact {
  readonly phone?: string;
  readonly email?: string;
  readonly address?: {
    readonly lines?: readonly string[];
    readonly postalCode?: string;
    readonly city?: string;
    readonly country?: string;
  };
}

export interface Recipient {
  readonly oid: string;
  readonly name?: string;
}

interface Asked<Type extends string, Answer> {
  readonly id: string;
  readonly text: string;
  readonly type: Type;
  /** In the order given; empty means unanswered. */
  readonly answers: readonly Answer[];
}

/** `display` is what the citizen saw or wrote, where that differs from the bare value. */
interface Valued<Value> {
  readonly value: Value;
  readonly display?: string;
}

export type Question =
  | Asked<'boolean', Valued<boolean>>
  | Asked<'integer' | 'decimal', Valued<number>>
  | Asked<'quantity', Valued<number> & { readonly unit: string; readonly code?: string }>
  | Asked<'date' | 'time' | 'dateTime', Valued<string>>
  | Asked<'string' | 'text', { readonly value: string }>
  | Asked<'choice' | 'choices', Coded>
  | Asked<
      'attachment',
      {
        readonly contentType: string;
        readonly title: string;
        readonly data?: string;
        readonly url?: string;
        readonly size?: number;
      }
    >;

interface Section {
  readonly id: string;
  readonly title?: string;
  readonly questions: readonly Question[];
}

/** Pressures in mm[Hg], the pulse in beats per minute. */
interface Pressure {
  readonly systolic: number;
  readonly diastolic: number;
  readonly pulse?: number;
}

export interface Assessment {
  readonly id: string;
  readonly edition: number;
  readonly kind: { readonly id: string; readonly version: string; readonly title?: string };
  readonly language: Language;
  readonly trial?: boolean;
  readonly times: { readonly started?: string; readonly completed: string; readonly sent: string };
  readonly client: {
    readonly hetu?: string;
    readonly temporaryId?: { readonly system: string; readonly value: string };
    readonly names?: Names;
    readonly birthDate?: string;
    readonly contact?: Contact;
    readonly municipality?: { readonly code: string; readonly label?: string };
    readonly nonDisclosure?: boolean;
    readonly disclosureToGuardian?: '1' | '2' | '3' | '4';
  };
  readonly filledBy: {
    readonly role: 'self' | 'guardian' | 'proxy';
    readonly person?: { readonly hetu?: string; readonly names?: Names; readonly contact?: Contact };
    readonly authorisation?: {
      readonly service: string;
      readonly time: string;
      readonly answer: string;
      readonly reference?: string;
    };
  };
  readonly recipient: {
    readonly organisation: Recipient;
    readonly unit?: Recipient;
    readonly queue?: Recipient;
  };
  readonly consent: { readonly given: true; readonly time?: string; readonly text?: string };
  readonly urgency?: {
    readonly class: UrgencyClass;
    readonly original?: UrgencyClass;
    readonly changed?: { readonly by: string; readonly time: string; readonly reason?: string };
  };
  readonly result?: {
    readonly recommendation?: string;
    readonly local?: string;
    /** Of a service assessment, the preliminary view whether the minimum criteria of the service are met. */
    readonly minimumCriteria?: { readonly met?: boolean; readonly text: string };
  };
  readonly sections: readonly Section[];
  readonly measurements?: readonly {
    readonly code: string;
    readonly system?: string;
    readonly label: string;
    readonly value: number;
    readonly unit: string;
    readonly unitCode?: string;
    readonly time: string;
    readonly display?: string;
  }[];
  readonly summary?: string;
  readonly bookingRight?: {
    readonly id: string;
    readonly service: Coded;
    readonly unit?: Recipient;
    readonly from?: string;
    readonly until: string;
    readonly count?: number;
    readonly text?: string;
  };
  readonly bloodPressure?: {
    readonly readings: readonly (Pressure & { readonly time: string; readonly display?: string })[];
    /** As Omaolo computed them; the bridge computes none. */
    readonly averages?: readonly (Pressure & {
      readonly label?: string;
      readonly from: string;
      readonly until: string;
    })[];
  };
  readonly coaching?: {
    readonly id: string;
    readonly title?: string;
    readonly started?: string;
    readonly ended?: string;
    readonly events: readonly { readonly time: string; readonly type: Coded; readonly text?: string }[];
  };
}
