import { EPIC_CODES, type EpicMeaning, epicCodes } from './epic-codes.ts';
import { isJson, objects, text } from './json.ts';

/** One issue of an OperationOutcome, without its free text: diagnostics may quote personal data. */
export interface Issue {
  readonly severity: 'fatal' | 'error' | 'warning' | 'information';
  /** FHIR issue type (http://hl7.org/fhir/issue-type). */
  readonly type: string;
  readonly epicCode?: string;
  readonly meaning?: EpicMeaning;
}

/** The issues of an OperationOutcome; none of anything else. */
export function issuesOf(resource: unknown): readonly Issue[] {
  if (text(resource, 'resourceType') !== 'OperationOutcome' || !isJson(resource)) return [];
  return objects(resource['issue']).map((issue) => {
    const details = isJson(issue['details']) ? issue['details'] : {};
    const epicCode = objects(details['coding'])
      .filter((coding) => text(coding, 'system') === EPIC_CODES)
      .map((coding) => text(coding, 'code'))
      .find((code) => code !== undefined && /^\d{1,6}$/.test(code));
    const meaning = epicCode === undefined ? undefined : epicCodes[epicCode]?.meaning;
    return {
      severity: severityOf(text(issue, 'severity')),
      type: /^[a-z-]{1,20}$/.exec(text(issue, 'code') ?? '')?.[0] ?? 'unknown',
      ...(epicCode === undefined ? {} : { epicCode }),
      ...(meaning === undefined ? {} : { meaning }),
    };
  });
}

/** Whether an issue says that something went wrong, not only that something is to be noted. */
export function isFailure(issue: Issue): boolean {
  return issue.severity === 'fatal' || issue.severity === 'error';
}

/** Issues in plain words, by our own texts for the codes. */
export function inWords(issues: readonly Issue[]): string {
  const words = issues.map(({ type, epicCode }) =>
    epicCode === undefined ? type : `${epicCode}: ${epicCodes[epicCode]?.text ?? 'meaning not known'}`,
  );
  return [...new Set(words)].join('; ');
}

function severityOf(value: string | undefined): Issue['severity'] {
  return value === 'fatal' || value === 'warning' || value === 'information' ? value : 'error';
}
