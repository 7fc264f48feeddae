import { random } from './random.ts';

type FaultKind = {
  name: string;
  /** Whether the write takes place although the client may not learn of it; a rule may say otherwise. */
  done: boolean;
  does: string;
  /** The HTTP status of answers that the fault makes up. */
  status?: number;
};

/** Everything that can go wrong between a bridge and the record system: the reference of `POST /twin/faults`. */
export const faults = [
  { name: 'refuse', done: false, does: 'The connection is closed before anything is read.' },
  {
    name: 'reset-before-body',
    done: false,
    does: 'Reset after the head of the call, before its body is read.',
  },
  { name: 'reset-half-body', done: false, does: 'Reset when about half of the body of the call has come.' },
  { name: 'reset-half-answer', done: true, does: 'Reset when half of the body of the answer was sent.' },
  { name: 'ghost-ack', done: true, does: 'Does the work, then closes the connection without an answer.' },
  { name: 'slow', done: true, does: 'The work is done at once, the answer comes after `ms`.' },
  { name: 'drip', done: true, does: 'The answer comes in small pieces, spread over `ms`.' },
  { name: '401', done: false, status: 401, does: 'The access token is revoked mid-flight: 401.' },
  { name: '403', done: false, status: 403, does: '403 with an empty body, as for an API without a licence.' },
  { name: '409', done: false, status: 409, does: 'Conflict, with an OperationOutcome.' },
  {
    name: '422',
    done: false,
    status: 422,
    does: 'A business rule refuses, with an OperationOutcome (59159).',
  },
  { name: '429', done: false, status: 429, does: 'Too many requests, with Retry-After of `seconds`.' },
  { name: '500', done: false, status: 500, does: 'Internal error, with an OperationOutcome (59177).' },
  {
    name: '503',
    done: false,
    status: 503,
    does: 'Unavailable, empty body; Retry-After where `seconds` is given.',
  },
  { name: '504', done: true, status: 504, does: 'A gateway gave up waiting; the work was done behind it.' },
  { name: 'truncated', done: true, does: 'A whole HTTP answer whose JSON stops in the middle.' },
  { name: 'html-502', done: false, status: 502, does: 'An HTML page of a middle box with status 502.' },
  { name: 'html-200', done: false, status: 200, does: 'An HTML page of a middle box with status 200.' },
  {
    name: 'outcome-200',
    done: false,
    status: 200,
    does: 'An OperationOutcome of severity fatal inside a 200.',
  },
  {
    name: 'incomplete',
    done: true,
    does: 'A search finds nothing and says that more may exist (4119); other calls are answered as ever.',
  },
] as const satisfies readonly FaultKind[];

type FaultName = (typeof faults)[number]['name'];

const byName: ReadonlyMap<string, (typeof faults)[number]> = new Map(faults.map((each) => [each.name, each]));

/** One strike of a fault: what to do, and how long. */
export type Fault = {
  name: FaultName;
  /** The status of a made-up answer. */
  status: number | undefined;
  done: boolean;
  ms: number;
  seconds: number | undefined;
};

/** Which calls a fault strikes. All that is given must fit. */
export type FaultRule = {
  fault: string;
  /** HTTP method. */
  method?: string | undefined;
  /** Resource type, `metadata` or `token`. */
  resource?: string | undefined;
  /** Part of the path (never of the query). */
  path?: string | undefined;
  /** X-Correlation-ID of the call: what belongs to one message. */
  correlation?: string | undefined;
  /** Only the nth fitting call, counted from 1. */
  nth?: number | undefined;
  /** Chance from 0 to 1 for each fitting call, drawn from `seed`. */
  probability?: number | undefined;
  seed?: number | undefined;
  /** How often the rule strikes before it is spent; without it, for ever. */
  times?: number | undefined;
  /** Milliseconds of `slow` and `drip`. */
  ms?: number | undefined;
  /** Seconds of Retry-After. */
  seconds?: number | undefined;
  /** Whether the work is done, where the table's own answer is not wanted. */
  done?: boolean | undefined;
};

export type Call = { method: string; path: string; resource: string; correlation?: string | undefined };

const DEFAULT_MS = 1000;

export type Faults = {
  /** Adds a rule; false where the fault's name is unknown. */
  add(rule: FaultRule): boolean;
  clear(): void;
  /** The rules with how many calls fitted and were struck. */
  list(): (FaultRule & { fitted: number; struck: number })[];
  /** The fault that strikes a call, if any; the first rule that fits wins. */
  strike(call: Call): Fault | undefined;
};

/** A book of fault rules, empty at first. */
export function createFaults(): Faults {
  let rules: {
    rule: FaultRule;
    kind: (typeof faults)[number];
    fitted: number;
    struck: number;
    draw: () => number;
  }[] = [];
  return {
    add(rule) {
      const kind = byName.get(rule.fault);
      if (kind !== undefined) rules.push({ rule, kind, fitted: 0, struck: 0, draw: random(rule.seed ?? 1) });
      return kind !== undefined;
    },
    clear() {
      rules = [];
    },
    list: () => rules.map(({ rule, fitted, struck }) => ({ ...rule, fitted, struck })),
    strike(call) {
      for (const each of rules) {
        const { rule } = each;
        if (!fits(rule, call)) continue;
        each.fitted += 1;
        const spent = rule.times !== undefined && each.struck >= rule.times;
        const turn = rule.nth === undefined || each.fitted === rule.nth;
        if (spent || !turn || (rule.probability !== undefined && each.draw() >= rule.probability)) continue;
        each.struck += 1;
        return strikeOf(each.kind, rule);
      }
      return undefined;
    },
  };
}

/**
 * The fault that a request asks for by its `X-Twin-Fault` header: a name, then options as `slow; ms=200` or
 * `503; done; seconds=2`. Undefined for an unknown name.
 */
export function faultOfHeader(header: string): Fault | undefined {
  const [head = '', ...options] = header.split(';').map((part) => part.trim());
  const kind = byName.get(head);
  if (kind === undefined) return undefined;
  const given = new Map(options.map((option) => [option.split('=')[0] ?? '', option.split('=')[1]]));
  const number = (key: string) => (given.get(key) === undefined ? undefined : Number(given.get(key)));
  const done = given.has('done') ? given.get('done') !== 'false' : undefined;
  return strikeOf(kind, { fault: head, ms: number('ms'), seconds: number('seconds'), done });
}

function strikeOf(kind: (typeof faults)[number], rule: FaultRule): Fault {
  const status = 'status' in kind ? kind.status : undefined;
  return {
    name: kind.name,
    status,
    done: rule.done ?? kind.done,
    ms: rule.ms ?? DEFAULT_MS,
    seconds: rule.seconds,
  };
}

function fits(rule: FaultRule, call: Call): boolean {
  return (
    (rule.method === undefined || rule.method.toUpperCase() === call.method) &&
    (rule.resource === undefined || rule.resource === call.resource) &&
    (rule.path === undefined || call.path.includes(rule.path)) &&
    (rule.correlation === undefined || rule.correlation === call.correlation)
  );
}
