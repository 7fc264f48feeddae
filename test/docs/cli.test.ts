import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { project } from './pages.ts';

const commands = ['start', 'demo', 'twin', 'mapping', 'queue', 'redrive', 'validate', 'conformance'];

/** What a person sees who asks for help. */
function help(...args: string[]): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const command = [join(project, 'src/bridge.js'), ...args, '--help'];
  execFile(process.execPath, command, (_, stdout, stderr) => resolve(`${stdout}${stderr}`.trim()));
  return promise;
}

it('docs/reference/cli.md shows the help of every command', async () => {
  const [usage, ...helps] = await Promise.all([help(), ...commands.map((command) => help(command))]);
  const parts = commands.map((command, i) => `## ${command}\n\n\`\`\`\n${helps[i]}\n\`\`\`\n`);
  const page = `# Command line

\`\`\`
${usage}
\`\`\`

Through npm, options stand behind \`--\`: \`npm run bridge -- mapping lint\`. \`npm start\`, \`npm run demo\`, \`npm run twin\`
and \`npm run conformance\` are the commands of these names. The page is written from the commands by a test.

The default folder of data is relative to where the command is run; mappings and profiles are the project's own.

Exit status: 0 all is well; 1 something is wrong; 2 the command was used wrongly.

${parts.join('\n')}`;
  await expect(page).toMatchFileSnapshot('../../docs/reference/cli.md');
});
