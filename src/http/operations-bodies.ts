import type { UrgencyClass } from '../assessment/assessment.ts';
import { holdsHetu } from '../assessment/hetu.ts';
import { urgencyRank } from '../assessment/urgency.ts';
import { duration } from '../delivery/duration.ts';
import { BridgeError, type ErrorCode, type ErrorDetail, errorCodes } from '../errors.ts';
import { readJson } from '../intake/json.ts';
import type { By } from '../log/message.ts';
import type { RedriveOrder, Resolution } from '../log/people.ts';
import { bodyOf } from './assessments.ts';

/** What people send with an act: checked against openapi.yaml, and without identity codes. */

export interface BodyCheck {
  /** The places where a value does not keep to the schema of this name in openapi.yaml. */
  readonly check: (schema: string, value: unknown) => readonly ErrorDetail[];
  readonly maxDepth: number;
}

interface ByHand {
  readonly by: string;
  readonly why: string;
}

type ResolutionBody = ByHand &
  (
    | { readonly act: 'choose'; readonly patient?: string; readonly encounter?: string }
    | { readonly act: 'filed'; readonly location?: string }
    | { readonly act: 'absent' | 'again' | 'withdraw' }
  );

interface RedriveBody extends ByHand {
  readonly cause: string;
  readonly kind?: string;
  readonly class?: UrgencyClass;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: number;
  /** Seconds, or an ISO 8601 duration. */
  readonly spacing?: number | string;
  readonly dryRun?: boolean;
}

const REDRIVE = { limit: 100, spacing: 1000, longest: 3_600_000 };

/** @throws BridgeError of the body, `parameter-invalid`, or `hetu-in-words`. */
export function readByHand(body: unknown, checks: BodyCheck): By {
  // The contract has been checked just now; so it has below.
  return byOf(read('ByHand', body, checks) as ByHand);
}

/** @throws BridgeError as `readByHand`. */
export function readResolution(body: unknown, checks: BodyCheck): { by: By; resolution: Resolution } {
  const asked = read('Resolution', body, checks) as ResolutionBody;
  return { by: byOf(asked), resolution: resolutionOf(asked) };
}

function resolutionOf(asked: ResolutionBody): Resolution {
  switch (asked.act) {
    case 'choose': {
      const { by: _, why: __, act, ...choice } = asked;
      return { act, choice };
    }
    case 'filed':
      return { act: 'filed', ...(asked.location === undefined ? {} : { location: asked.location }) };
    default:
      return { act: asked.act };
  }
}

/** @throws BridgeError as `readByHand`. */
export function readRedrive(body: unknown, checks: BodyCheck): { by: By; order: RedriveOrder } {
  const asked = read('RedriveRequest', body, checks) as RedriveBody;
  const { kind, from, to, limit = REDRIVE.limit, dryRun = true } = asked;
  const cause = errorCodes.find((code): code is ErrorCode => code === asked.cause);
  if (cause === undefined) refuse('/cause', 'is no code of the catalogue of errors');
  return {
    by: byOf(asked),
    order: {
      cause,
      ...(kind === undefined ? {} : { kind }),
      ...(asked.class === undefined ? {} : { urgency: urgencyRank(asked.class) }),
      ...(from === undefined ? {} : { from: Date.parse(from) }),
      ...(to === undefined ? {} : { to: Date.parse(to) }),
      limit,
      spacing: spacingOf(asked.spacing),
      dryRun,
    },
  };
}

function spacingOf(asked: number | string | undefined): number {
  if (asked === undefined) return REDRIVE.spacing;
  const spacing = typeof asked === 'number' ? Math.round(asked * 1000) : duration(asked);
  if (spacing === undefined || spacing > REDRIVE.longest) refuse('/spacing', 'must be at most an hour');
  return spacing;
}

function byOf({ by, why }: ByHand): By {
  return { who: by, why };
}

function read(schema: string, body: unknown, { check, maxDepth }: BodyCheck): unknown {
  const value = readJson(bodyOf(body), { maxDepth });
  const faults = check(schema, value);
  if (faults.length > 0) throw new BridgeError('parameter-invalid', faults);
  const codes = Object.entries(value as object)
    .filter(([, member]) => typeof member === 'string' && holdsHetu(member))
    .map(([name]) => ({ text: 'holds what looks like a personal identity code', at: `/${name}` }));
  if (codes.length > 0) throw new BridgeError('hetu-in-words', codes);
  return value;
}

function refuse(at: string, text: string): never {
  throw new BridgeError('parameter-invalid', [{ text, at }]);
}
