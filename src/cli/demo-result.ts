import type { Sending } from '../sandbox/omaolo/omaolo.ts';
import type { Expectation } from './demo-expectation.ts';

/** One sending and what became of it. */
export interface Sent {
  readonly shows: Sending['shows'];
  readonly assessment: string;
  readonly edition: number;
  readonly title: string;
  readonly status: number;
  readonly id?: string;
  readonly state?: string;
  readonly cause?: string;
  readonly explanation?: string;
  readonly expected: Expectation;
  /** Notes about this edition in the record. */
  readonly notes: number;
  /** What is not as it should be; empty when all is well. */
  readonly problems: readonly string[];
}

export interface DemoResult {
  readonly ok: boolean;
  readonly seed: number;
  readonly kills: number;
  readonly sent: readonly Sent[];
  readonly ledger: {
    readonly accepted: number;
    readonly states: Readonly<Record<string, number>>;
    readonly balanced: boolean;
  };
  readonly notes: number;
}
