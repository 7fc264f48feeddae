import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { hasErrors, type Issue, operationOutcome } from '../fhir/outcome.ts';
import { createValidator } from '../fhir/validator.ts';
import { definitionsWith } from './definitions.ts';
import type { Io } from './io.ts';

export const validateUsage = `Usage: bridge validate FILE… [--profile URL]… [--packages DIR]… [--text]

Checks FHIR R4 resources (JSON files) against R4, the bridge's own profiles and those named.
  --profile URL   check against this profile too, besides those in meta.profile
  --packages DIR  folder with official profiles, value sets and code systems (JSON)
  --text          readable lines instead of one OperationOutcome (JSON) a file, each on a line
Ends with 0 when no file has errors, 1 when one has, 2 on wrong use.`;

/**
 * The command `bridge validate`.
 * @returns the exit status
 */
export async function validate(args: string[], io: Io): Promise<number> {
  const asked = parse(args);
  if (!asked) {
    io.err(validateUsage);
    return 2;
  }
  let failed = false;
  const { files, profiles, packages, text } = asked;
  const validator = createValidator(definitionsWith(packages));
  for (const file of files) {
    let content: string;
    try {
      content = readFileSync(file, 'utf8');
    } catch (error) {
      io.err(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      return 2;
    }
    const issues = check(content, (resource) => validator.validate(resource, { profiles }));
    failed ||= hasErrors(issues);
    if (!text) io.out(JSON.stringify(operationOutcome(issues)));
    else if (issues.length === 0) io.out(`${file}: ok`);
    else for (const issue of issues) io.out(`${file}: ${line(issue)}`);
  }
  return failed ? 1 : 0;
}

/** One issue as a line of text. */
export function line({ severity, expression, diagnostics }: Issue): string {
  return `${severity} at ${expression}: ${diagnostics}`;
}

function check(content: string, validated: (resource: unknown) => Issue[]): Issue[] {
  let resource: unknown;
  try {
    resource = JSON.parse(content);
  } catch {
    // The parser's own words quote the file, which may hold personal data.
    return [
      { severity: 'fatal', code: 'structure', diagnostics: 'The file is not JSON.', expression: 'Resource' },
    ];
  }
  return validated(resource);
}

function parse(args: string[]) {
  try {
    const { values, positionals: files } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        profile: { type: 'string', multiple: true, default: [] },
        packages: { type: 'string', multiple: true, default: [] },
        text: { type: 'boolean', default: false },
      },
    });
    if (files.length === 0) return undefined;
    return { files, profiles: values.profile, packages: values.packages, text: values.text };
  } catch {
    // Whatever parseArgs objects to, the usage text answers.
    return undefined;
  }
}
