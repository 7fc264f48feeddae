import type { Assessment } from '../assessment/assessment.ts';
import { checkAssessment, type HetuPolicy } from '../assessment/check.ts';
import { normalise } from '../assessment/normalise.ts';
import { urgencyRank } from '../assessment/urgency.ts';
import { BridgeError, type ErrorDetail, errorEntry } from '../errors.ts';
import type { MessageLog } from '../log/log.ts';
import type { Accepted, Format } from '../log/message.ts';
import type { Contract } from './contract.ts';
import type { Content, Formats } from './formats.ts';
import { readJson } from './json.ts';
import { missingOf } from './needs.ts';

/** What accepting needs. */
export interface IntakeOptions {
  readonly log: Pick<MessageLog, 'accept'>;
  readonly contract: Contract;
  readonly formats: Formats;
  /** What the mapping of a kind cannot do without: paths into the assessment, such as `recipient.queue`. */
  needs(kind: string): readonly string[];
  readonly hetuPolicy: HetuPolicy;
  readonly maxDepth: number;
  /** So many may wait for the disk at once; one more is told to come again. */
  readonly maxPending: number;
  /** The title of a kind in the assessment's language, where the catalogue knows it: the last key of the order. */
  title(kind: string, assessment: Assessment): string | undefined;
  newId(): string;
  now(): number;
  /** Tells the workers about a message that may go. */
  wake(messages: readonly { readonly id: string; readonly urgency: number; readonly due: number }[]): void;
}

export interface Intake {
  /** Reads and checks an assessment without keeping it. @throws BridgeError, whose fault is SENDER. */
  read(body: Buffer): Assessment;
  /**
   * Accepts one edition: when it returns, the edition is on disk, synced.
   * @throws BridgeError whose fault is SENDER, `edition-conflict` among them; `log-unavailable`, `overloaded`.
   */
  accept(body: Buffer, from: Sender): Promise<Receipt>;
}

/** What became of a body, and the places of what it holds that is kept but not read. */
interface Receipt extends Accepted {
  readonly unread: readonly string[];
}

/** Who sends, in which case, and what the body is written in. */
interface Sender {
  readonly source: string;
  readonly correlation: string;
  readonly format: Format;
}

const finnishDay = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Helsinki' });

export function createIntake(options: IntakeOptions): Intake {
  let pending = 0;

  function contentOf(body: Buffer, format: Format): Content {
    const value = readJson(body, { maxDepth: options.maxDepth });
    return options.formats[format]({ value, text: () => body.toString('utf8') });
  }

  function check({ value }: Content): Assessment {
    const assessment = options.contract.assessment(value);
    checkAssessment(assessment, options.hetuPolicy, finnishDay.format(options.now()));
    const missing = missingOf(assessment, options.needs(assessment.kind.id));
    if (missing.length > 0) throw new BridgeError('assessment-incomplete', missing);
    return normalise(assessment);
  }

  async function store(assessment: Assessment, body: Buffer, from: Sender): Promise<Accepted> {
    const urgency = urgencyRank(assessment.urgency?.class);
    const acceptedAt = options.now();
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
      acceptedAt,
      trial: assessment.trial === true,
      correlation: from.correlation,
      format: from.format,
      payload: body,
    });
    if (accepted.outcome === 'conflict') {
      throw new BridgeError('edition-conflict', [
        { text: `it was accepted as ${accepted.id}`, at: '/edition' },
      ]);
    }
    if (accepted.state === 'received') options.wake([{ id: accepted.id, urgency, due: acceptedAt }]);
    return accepted;
  }

  return {
    read: (body) => check(contentOf(body, 'assessment')),
    async accept(body, from) {
      if (pending >= options.maxPending) throw new BridgeError('overloaded', [], { retryAfter: 1 });
      const content = contentOf(body, from.format);
      pending += 1;
      try {
        return { ...(await store(check(content), body, from)), unread: content.unread };
      } catch (error) {
        throw placed(error, content);
      } finally {
        pending -= 1;
      }
    },
  };
}

/** An error about an assessment as one about the body that it was read from. */
function placed(error: unknown, { place }: Content): unknown {
  if (!(error instanceof BridgeError) || errorEntry(error.code).fault !== 'SENDER') return error;
  const details = error.details.map((detail): ErrorDetail => {
    const { at, text } = detail;
    const there = at === undefined ? undefined : place(at);
    return there === at || there === undefined
      ? detail
      : { at: there, text: `${text} (${at} of the assessment)` };
  });
  return new BridgeError(error.code, details, { cause: error });
}
