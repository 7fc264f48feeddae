/** What a PromQL expression names. */
export interface Query {
  readonly functions: readonly string[];
  readonly metrics: readonly { readonly name: string; readonly labels: readonly string[] }[];
  /** Labels that it groups or joins by. */
  readonly groups: readonly string[];
}

const TOKEN =
  /"(?:[^"\\]|\\.)*"|[A-Za-z_][\w:]*|\d+(?:\.\d+)?(?:ms|[smhdwy])?|=~|!~|!=|==|<=|>=|[-+*/%^<>=(){}[\],:]|\s+/y;
const GROUPING = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const WORDS = new Set(['and', 'or', 'unless', 'offset', 'bool']);
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '{': '}', '[': ']' };

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = [];
  for (let at = 0; at < text.length; at += tokens.at(-1)?.length ?? 0) {
    TOKEN.lastIndex = at;
    const [token] = TOKEN.exec(text) ?? [];
    if (token === undefined) throw new Error(`no PromQL from here: ${text.slice(at)}`);
    tokens.push(token);
  }
  return tokens.filter((token) => token.trim() !== '');
}

/** Reads as much of PromQL as shows what an expression stands on. @throws Error when brackets do not fit, or a character is none of PromQL's */
export function readQuery(text: string): Query {
  const tokens = tokensOf(text);
  const functions: string[] = [];
  const metrics: { name: string; labels: string[] }[] = [];
  const groups: string[] = [];
  const open: string[] = [];
  tokens.forEach((token, i) => {
    const closing = CLOSING[token];
    if (closing !== undefined)
      open.push(token === '(' && GROUPING.has(tokens[i - 1] ?? '') ? 'group' : token);
    else if (Object.values(CLOSING).includes(token)) {
      const opened = open.pop() ?? '';
      if ((opened === 'group' ? ')' : CLOSING[opened]) !== token)
        throw new Error(`${token} fits nothing: ${text}`);
    } else if (/^[A-Za-z_]/.test(token)) {
      if (open.at(-1) === 'group') groups.push(token);
      else if (open.at(-1) === '{') metrics.at(-1)?.labels.push(token);
      else if (GROUPING.has(token) || WORDS.has(token)) return;
      else if (tokens[i + 1] === '(' || GROUPING.has(tokens[i + 1] ?? '')) functions.push(token);
      else metrics.push({ name: token, labels: [] });
    }
  });
  if (open.length > 0) throw new Error(`a bracket is not closed: ${text}`);
  return { functions, metrics, groups };
}
