import { type ErrorCode, errorCodes, errorEntry } from '../errors.ts';

/** What a message's cause means and what to do, from the catalogue of errors: the fault comes first. */
export function explain(cause: string): string {
  const { meaning, action } = meaningOf(cause);
  return action === undefined ? meaning : `${meaning} ${action}`;
}

/** The same in two parts. A cause that the catalogue does not know speaks for itself. */
export function meaningOf(cause: string): { readonly meaning: string; readonly action?: string } {
  if (cause === 'earlier-edition') {
    return { meaning: 'An earlier edition of this assessment must be finished first.' };
  }
  const code = errorCodes.find((known): known is ErrorCode => known === cause);
  if (code === undefined) return { meaning: cause };
  const { fault, text, action } = errorEntry(code);
  return { meaning: `${fault}: ${text}`, action };
}
