import { BridgeError, type ErrorCode, type ErrorDetail } from '../errors.ts';
import type { Assessment } from './assessment.ts';
import { type HetuFault, readHetu } from './hetu.ts';

/** Whose codes an installation takes: real people's, artificial ones, or both (for tests of the bridge itself). */
export type HetuPolicy = 'real' | 'artificial' | 'any';

const reasons: Readonly<Record<HetuFault, string>> = {
  form: 'it does not have the form DDMMYY, separator, three digits, check character',
  date: 'its date is not a day of the calendar',
  future: 'its date of birth lies in the future',
  'individual-number': 'its individual number is below 002',
  'check-character': 'its check character does not fit',
};

interface Finding extends ErrorDetail {
  readonly code: ErrorCode;
}

function checkHetu(
  hetu: string | undefined,
  at: string,
  policy: HetuPolicy,
  today: string,
): Finding | undefined {
  if (hetu === undefined) return undefined;
  const reading = readHetu(hetu, today);
  if (!reading.ok) return { code: 'hetu-invalid', text: reasons[reading.fault], at };
  if (reading.artificial && policy === 'real') {
    return { code: 'hetu-artificial', text: 'its individual number is 900 or above', at };
  }
  if (!reading.artificial && policy === 'artificial') {
    return { code: 'hetu-real', text: 'its individual number is below 900', at };
  }
  return undefined;
}

/**
 * The rules that a schema cannot say: personal identity codes. `today` is YYYY-MM-DD in Finland.
 * @throws BridgeError `hetu-invalid`, `hetu-artificial`, `hetu-real`; never with a part of the code.
 */
export function checkAssessment(assessment: Assessment, policy: HetuPolicy, today: string): void {
  const findings = [
    checkHetu(assessment.client.hetu, '/client/hetu', policy, today),
    checkHetu(assessment.filledBy.person?.hetu, '/filledBy/person/hetu', policy, today),
  ].filter((finding) => finding !== undefined);
  const [first] = findings;
  if (first !== undefined) throw new BridgeError(first.code, findings);
}
