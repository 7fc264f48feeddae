/** A block of JavaScript that is being written. */
export interface Block {
  /** Adds a line. */
  add(line: string): void;
  /** Adds a block of its own behind a head such as `if (t1)` or `else`; `end` follows it. */
  inside(head: string, end?: string): Block;
  /** A name that nothing else in the function has. */
  fresh(): string;
  /**
   * The name of a value that is computed once: here, or before in this block or one around it.
   * @param key the same for the same value
   * @param write writes the lines that give the name its value
   */
  once(key: string, write: (name: string) => void): string;
  /** The name of a piece of code's value, which is computed once. */
  hold(code: string): string;
  /** What `make` gives; if it gives nothing, what it wrote is taken back. */
  attempt<Made>(make: () => Made | undefined): Made | undefined;
  /** The name of a function of its own beside this one; two that are written alike are one. */
  routine(parameters: readonly string[], write: (body: Block) => void): string;
  /**
   * The code of a value: JSON of a text, number, true or false; else a name of the list of constants that the code is
   * run with. The only way for anything of a template or an expression into the code.
   * @param key the same for what is alike; absent: the value itself
   */
  constant(value: unknown, key?: string): string;
}

type Line = string | { readonly head: string; readonly lines: readonly Line[]; readonly end: string };

/** A program that is being written. */
interface Code extends Pick<Block, 'routine' | 'constant'> {
  /** Its text, to be run where `constants` is the list below. */
  text(): string;
  readonly constants: readonly unknown[];
}

/** Begins a program. */
export function newCode(): Code {
  const constants: unknown[] = [];
  const places = new Map<unknown, number>();
  const routines = new Map<string, string>();
  const code: Code = {
    constants,
    constant: (value, key) => {
      const json = literal(value);
      if (json !== undefined) return json;
      const at = places.get(key ?? value) ?? constants.push(value) - 1;
      places.set(key ?? value, at);
      return `k${at}`;
    },
    routine: (parameters, write) => {
      const lines: Line[] = [];
      let names = 0;
      const fresh = (): string => {
        names += 1;
        return `t${names}`;
      };
      write(blockOf(lines, undefined, { ...code, fresh }));
      const text = `(${parameters.join(', ')}) {\n${print(lines, '  ')}}\n`;
      const name = routines.get(text) ?? `f${routines.size + 1}`;
      routines.set(text, name);
      return name;
    },
    text: () => {
      const functions = [...routines].map(([text, name]) => `function ${name}${text}`);
      return `const [${constants.map((_, at) => `k${at}`).join(', ')}] = constants;\n${functions.join('')}`;
    },
  };
  return code;
}

type Shared = Pick<Block, 'fresh' | 'constant' | 'routine'>;
type Known = { readonly names: Map<string, string>; readonly around: Known } | undefined;

function blockOf(lines: Line[], around: Known, shared: Shared): Block {
  const { fresh, constant, routine } = shared;
  const names = new Map<string, string>();
  const known = { names, around };
  const block: Block = {
    ...{ fresh, constant, routine },
    add: (line) => {
      lines.push(line);
    },
    inside: (head, end = '') => {
      const inner: Line[] = [];
      lines.push({ head, lines: inner, end });
      return blockOf(inner, known, shared);
    },
    once: (key, write) => {
      const before = find(known, key);
      if (before !== undefined) return before;
      const name = fresh();
      write(name);
      names.set(key, name);
      return name;
    },
    hold: (code) => {
      if (SIMPLE.test(code)) return code;
      return block.once(code, (name) => lines.push(`const ${name} = ${code};`));
    },
    attempt: (make) => {
      const { length } = lines;
      const { size } = names;
      const made = make();
      if (made !== undefined) return made;
      lines.length = length;
      for (const key of [...names.keys()].slice(size)) names.delete(key);
      return undefined;
    },
  };
  return block;
}

/** A name, or a text, number or word that may stand several times. */
const SIMPLE = /^(?:[a-z][A-Za-z0-9]*|"(?:[^"\\]|\\.){0,40}"|-?[0-9.]+)$/;

function find(known: Known, key: string): string | undefined {
  for (let at = known; at; at = at.around) {
    const name = at.names.get(key);
    if (name !== undefined) return name;
  }
  return undefined;
}

function print(lines: readonly Line[], indent: string): string {
  let text = '';
  for (const line of lines) {
    text +=
      typeof line === 'string'
        ? `${indent}${line}\n`
        : `${indent}${line.head} {\n${print(line.lines, `${indent}  `)}${indent}}${line.end}\n`;
  }
  return text;
}

/** A value as JSON, which says the same in JavaScript; what JSON cannot say has none. */
function literal(value: unknown): string | undefined {
  if (value === undefined) return 'undefined';
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : undefined;
  if (typeof value !== 'string' && typeof value !== 'boolean') return undefined;
  return JSON.stringify(value).replace(/[\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16)}`);
}
