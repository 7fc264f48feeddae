import { describe, expect, it } from 'vitest';
import { errorCodes, errorEntry } from '../../src/errors.ts';
import { variables } from '../../src/variables.ts';

/** These pages are written from the code; `npx vitest run test/docs -u` writes them anew. */
describe('the reference pages agree with the code', () => {
  const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
    [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

  it('errors', async () => {
    const rows = errorCodes.map((code) => {
      const { fault, status, text, action } = errorEntry(code);
      return [`\`${code}\``, fault, status === undefined ? '–' : String(status), text, action];
    });
    const page = `# Errors

Every answer that is not 2xx is an OperationOutcome whose \`details.coding.code\` is one of these codes; held and
waiting messages are grouped by them too. The fault says who can mend it: SENDER (the caller), BRIDGE (its
developers or its machine), RECORD (the record system), OPERATOR (who configures the bridge).

${table(['Code', 'Fault', 'HTTP', 'What it means', 'What to do'], rows)}
`;
    await expect(page).toMatchFileSnapshot('../../docs/reference/errors.md');
  });

  it('configuration', async () => {
    const limits = (variable: object): string => {
      const {
        type,
        enum: values,
        minimum,
        maximum,
      } = variable as { type?: string; enum?: string[]; minimum?: number; maximum?: number };
      if (values !== undefined) return values.map((value) => `\`${value}\``).join(', ');
      if (minimum === undefined) return 'text';
      if (type === 'number') return `number, ${minimum}–${maximum}`;
      return maximum === undefined
        ? `whole number, ${minimum} or more`
        : `whole number, ${minimum}–${maximum}`;
    };
    const rows = Object.entries(variables).map(([name, variable]) => {
      const preset = 'default' in variable ? `\`${variable.default}\`` : '–';
      return [`\`${name}\``, variable.description, limits(variable), preset === '``' ? 'empty' : preset];
    });
    const page = `# Configuration

The bridge reads these environment variables once, at its start, and refuses to start when one is wrong. The five
\`RECORD_\` variables for address, token address, client id, key file and key id go together.

${table(['Variable', 'What it sets', 'Values', 'Default'], rows)}
`;
    await expect(page).toMatchFileSnapshot('../../docs/reference/configuration.md');
  });
});
