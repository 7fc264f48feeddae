import type { Io } from './io.ts';

/** Talks to the operations door of a running bridge for the commands that people use at a terminal. */

export const DEFAULT_URL = 'http://127.0.0.1:8080';

/** What the bridge said to a GET, or to a POST where there is a body; undefined when it refused, which was told then. */
export async function ask(url: string, path: string, io: Io, body?: object): Promise<unknown> {
  const address = new URL(`/v1/operations/${path}`, url);
  const sent =
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  try {
    const response = await fetch(address, sent);
    const answer: unknown = await response.json();
    if (response.ok) return answer;
    for (const line of reasons(answer)) io.err(line);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    io.err(`No bridge answers at ${address.origin}.`);
  }
  return undefined;
}

function reasons(outcome: unknown): readonly string[] {
  const { issue = [] } = outcome as { issue?: { diagnostics?: string; expression?: string[] }[] };
  return issue.map(({ diagnostics = '', expression = [] }) => [...expression, diagnostics].join(' '));
}
