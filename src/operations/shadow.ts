import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Bundle } from '@medplum/fhirtypes';
import type { Assessment } from '../assessment/assessment.ts';
import { type ErrorDetail, traceOf } from '../errors.ts';
import type { Mappings } from '../mapping/mappings.ts';
import type { MessageContext } from '../mapping/predefined.ts';
import {
  type Comparison,
  compare,
  failureOf,
  isDifferent,
  type Made,
  make,
} from '../mapping/versions/compare.ts';
import { createTally, type ElementTally, type Tally } from '../mapping/versions/tally.ts';

/** How the shadow version treated a message beside the live one; `skipped` when there was no time for it. */
export type ShadowResult = 'same' | 'different' | 'invalid' | 'failed' | 'skipped';

/** What was found since the present two versions stand beside each other, without any value of a message. */
export interface ShadowReport {
  readonly live?: string;
  readonly shadow?: string;
  readonly messages: Readonly<Record<ShadowResult, number>>;
  readonly kinds: readonly { readonly kind: string; readonly elements: readonly ElementTally[] }[];
}

/** A version of the mappings that runs beside the live one. What it makes is compared and thrown away. */
export interface Shadow {
  /** Notes a message that was mapped just now; the shadow maps it later, when delivery has had its turn. */
  follow(live: Mappings, made: { mapping: string; digest: string; bundle: Bundle }, message: Message): void;
  report(): ShadowReport;
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>;
}

interface Message {
  readonly assessment: Assessment;
  readonly context: MessageContext;
}

interface Options {
  /** The shadow version, when there is one that can be loaded. */
  readonly current: () => Mappings | undefined;
  /** From 0 to 1: of how many messages. Which ones follows from their ids. */
  readonly share: number;
  readonly validate: (bundle: Bundle) => readonly ErrorDetail[];
  readonly observe: (result: ShadowResult) => void;
  readonly logger: { error(told: object, text: string): void };
}

/** Messages that may wait for the shadow; more are skipped, so that it never holds delivery up. */
const WAITING = 100;

/** Whether a message is among the share: ids end in random digits. */
function isChosen(id: string, share: number): boolean {
  return Number.parseInt(id.slice(-8), 16) / 2 ** 32 < share;
}

export function createShadow({ current, share, validate, observe, logger }: Options): Shadow {
  let found = startOver(undefined, undefined);
  let waiting: (() => void)[] = [];
  let running: Promise<void> | undefined;
  let closed = false;

  function note(into: Found, result: ShadowResult): void {
    into.messages[result] += 1;
    observe(result);
  }

  function take(into: Found, shadow: Mappings, made: Made, { assessment, context }: Message): void {
    try {
      const compared = compare(made, make(shadow, assessment, context), validate);
      const tally = into.kinds.get(assessment.kind.id) ?? createTally();
      into.kinds.set(assessment.kind.id, tally);
      tally.add(compared.changes);
      note(into, resultOf(compared));
    } catch (error) {
      note(into, 'failed');
      logger.error({ failure: traceOf(error) }, 'the shadow mappings failed; delivery is not concerned');
    }
  }

  async function work(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await nextTurn();
      next();
    }
    running = undefined;
  }

  return {
    follow(live, made, message) {
      const shadow = current();
      if (closed || shadow === undefined || !isChosen(message.context.messageId, share)) return;
      if (found.live !== live.digest || found.shadow !== shadow.digest) {
        found = startOver(live.digest, shadow.digest);
      }
      const into = found;
      if (waiting.length >= WAITING) {
        note(into, 'skipped');
        return;
      }
      waiting.push(() => take(into, shadow, made, message));
      running ??= work();
    },
    report: () => ({
      ...(found.live === undefined ? {} : { live: found.live }),
      ...(found.shadow === undefined ? {} : { shadow: found.shadow }),
      messages: { ...found.messages },
      kinds: [...found.kinds].map(([kind, tally]) => ({ kind, elements: tally.elements() })),
    }),
    async close() {
      closed = true;
      waiting = [];
      await running;
    },
  };
}

/** What was found since two versions stand beside each other. */
interface Found {
  readonly live: string | undefined;
  readonly shadow: string | undefined;
  readonly messages: Record<ShadowResult, number>;
  readonly kinds: Map<string, Tally>;
}

function startOver(live: string | undefined, shadow: string | undefined): Found {
  const messages = { same: 0, different: 0, invalid: 0, failed: 0, skipped: 0 };
  return { live, shadow, messages, kinds: new Map() };
}

function resultOf(compared: Comparison): ShadowResult {
  if (failureOf(compared.after) !== undefined) return 'failed';
  if (compared.faults.length > 0) return 'invalid';
  return isDifferent(compared) ? 'different' : 'same';
}
