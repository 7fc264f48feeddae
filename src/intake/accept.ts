import type { Assessment } from '../assessment/assessment.ts';
import { checkAssessment, type HetuPolicy } from '../assessment/check.ts';
import { normalise } from '../assessment/normalise.ts';
import { urgencyRank } from '../assessment/urgency.ts';
import { BridgeError } from '../errors.ts';
import type { Accepted, MessageLog } from '../log/log.ts';
import type { Contract } from './contract.ts';
import { readJson } from './json.ts';

/** What accepting needs. */
export interface IntakeOptions {
  readonly log: Pick<MessageLog, 'accept'>;
  readonly contract: Contract;
  readonly hetuPolicy: HetuPolicy;
  readonly maxDepth: number;
  /** So many may wait for the disk at once; one more is told to come again. */
  readonly maxPending: number;
  /** The title of a kind in the assessment's language, where the catalogue knows it: the last key of the order. */
  title(kind: string, assessment: Assessment): string | undefined;
  newId(): string;
  now(): number;
  /** Tells the workers about a message that may go. */
  wake(message: { readonly id: string; readonly urgency: number }): void;
}

export interface Intake {
  /** Reads and checks a body without keeping it. @throws BridgeError, whose fault is SENDER. */
  read(body: Buffer): Assessment;
  /**
   * Accepts one edition: when it returns, the edition is on disk, synced.
   * @throws BridgeError whose fault is SENDER, `edition-conflict` among them; `log-unavailable`, `overloaded`.
   */
  accept(body: Buffer, from: { readonly source: string; readonly correlation: string }): Promise<Accepted>;
}

const finnishDay = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Helsinki' });

export function createIntake(options: IntakeOptions): Intake {
  let pending = 0;

  function read(body: Buffer): Assessment {
    const assessment = options.contract.assessment(readJson(body, { maxDepth: options.maxDepth }));
    checkAssessment(assessment, options.hetuPolicy, finnishDay.format(options.now()));
    return normalise(assessment);
  }

  async function store(
    assessment: Assessment,
    body: Buffer,
    from: { source: string; correlation: string },
  ): Promise<Accepted> {
    const urgency = urgencyRank(assessment.urgency?.class);
    const accepted = await options.log.accept({
      id: options.newId(),
      source: from.source,
      assessment: assessment.id,
      edition: assessment.edition,
      kind: assessment.kind.id,
      kindVersion: assessment.kind.version,
      title: options.title(assessment.kind.id, assessment) ?? assessment.kind.title ?? assessment.kind.id,
      urgency,
      sentAt: Date.parse(assessment.times.sent),
      acceptedAt: options.now(),
      trial: assessment.trial === true,
      correlation: from.correlation,
      format: 'assessment',
      payload: body,
    });
    if (accepted.outcome === 'conflict') {
      throw new BridgeError('edition-conflict', [
        { text: `it was accepted as ${accepted.id}`, at: '/edition' },
      ]);
    }
    if (accepted.state === 'received') options.wake({ id: accepted.id, urgency });
    return accepted;
  }

  return {
    read,
    async accept(body, from) {
      if (pending >= options.maxPending) throw new BridgeError('overloaded', [], { retryAfter: 1 });
      const assessment = read(body);
      pending += 1;
      try {
        return await store(assessment, body, from);
      } finally {
        pending -= 1;
      }
    },
  };
}
