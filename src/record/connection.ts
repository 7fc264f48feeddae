import type { ClientKey } from './assertion.ts';

/** Where a record system is and how to sign in to it. */
export interface RecordConnection {
  /** FHIR R4 base address. */
  readonly url: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly key: ClientKey;
  /** Empty: no scope is sent. */
  readonly scope: string;
}
