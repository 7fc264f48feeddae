import { compileExpression, type Scope, type Slots } from './compile-expression.ts';
import type { Target, Translator } from './concept-map.ts';
import { BUDGET, type Frame, failure, type Run, spend, unmappedCode } from './frame.ts';
import type { Place } from './place.ts';
import type { Binding, Include, Member, Rule, Template, Translate } from './template.ts';

/** What compiling needs besides the template. */
export interface Compiling extends Scope {
  readonly predefined: Slots;
  readonly maps: ReadonlyMap<string, Translator>;
  readonly cardinality: ReadonlyMap<Member, 'list' | 'one'>;
  /** Gives a slot that nothing else uses. */
  newSlot(): number;
}

/** Compiles a template that has been checked. */
export function compileTemplate(template: Template, compiling: Compiling): Run {
  return constant(template, compileVarying(template, compiling), compiling);
}

function compileVarying(template: Template, compiling: Compiling): Run {
  switch (template.kind) {
    case 'broken':
      return nothing;
    case 'literal': {
      const value = template.value === '' ? undefined : template.value;
      return () => value;
    }
    case 'text':
      return compileText(template.parts, template.place, compiling);
    case 'value':
      return compileExpression(template.rule, compiling);
    case 'map':
      return compileMap(template.members, compiling);
    case 'list':
      return compileList(template.items, compiling);
    case 'for':
      return compileFor(template, compiling);
    case 'let':
      return compileLet(template, compiling);
    case 'if': {
      const condition = compileExpression(template.condition, compiling);
      const body = compileTemplate(template.body, compiling);
      const otherwise = template.otherwise ? compileTemplate(template.otherwise, compiling) : nothing;
      return (frame) => (condition(frame) === true ? body(frame) : otherwise(frame));
    }
    case 'switch':
      return compileSwitch(template, compiling);
    case 'translate':
      return compileTranslate(template, compiling);
    case 'include': {
      const { run, slots } = compileWith(template, compiling);
      const body = compileTemplate(template.body, { ...compiling, slots });
      return (frame) => {
        run(frame);
        return body(frame);
      };
    }
    case 'lines':
      return compileLines(template.items, template.place, compiling);
    case 'base64': {
      const of = compileTemplate(template.of, compiling);
      return (frame) => {
        const text = of(frame);
        return text === undefined ? undefined : Buffer.from(String(text), 'utf8').toString('base64');
      };
    }
  }
}

function nothing(): undefined {
  return undefined;
}

/** What is the same for every assessment is made once, frozen, and shared by all results. */
function constant(template: Template, run: Run, compiling: Compiling): Run {
  if (!isConstant(template, compiling)) return run;
  const value = freeze(run({ root: {}, slots: [], budget: BUDGET, unmapped: [] }));
  return () => value;
}

function isConstant(template: Template, compiling: Compiling): boolean {
  const isFixed = (rule: string | Rule): boolean => typeof rule === 'string' || compiling.constants.has(rule);
  switch (template.kind) {
    case 'literal':
      return true;
    case 'text':
      return template.parts.every(isFixed);
    case 'value':
      return isFixed(template.rule);
    case 'map':
      return template.members.every(({ value }) => isConstant(value, compiling));
    case 'list':
      return template.items.every((item) => isConstant(item, compiling));
    case 'include':
      return [...template.bindings.map(({ value }) => value), template.body].every((each) =>
        isConstant(each, compiling),
      );
    default:
      return false;
  }
}

function freeze(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) freeze(inner);
    Object.freeze(value);
  }
  return value;
}

function compileMap(members: readonly Member[], compiling: Compiling): Run {
  const parts = members.map((member) => ({ name: member.name, run: compileMember(member, compiling) }));
  return (frame) => {
    let made: Record<string, unknown> | undefined;
    for (const { name, run } of parts) {
      const value = run(frame);
      if (value === undefined || value === '') continue;
      made ??= {};
      made[name] = value;
    }
    return made;
  };
}

function compileMember(member: Member, compiling: Compiling): Run {
  const { value: template, place } = member;
  const run = compileTemplate(template, compiling);
  if (template.kind === 'literal' || template.kind === 'map' || template.kind === 'list') return run;
  const cardinality = compiling.cardinality.get(member);
  if (cardinality === 'one') {
    return (frame) => {
      const value = run(frame);
      if (!Array.isArray(value)) return value;
      throw failure(
        place,
        `"${member.name}" takes one value; the rule gives ${value.length} for this assessment.`,
      );
    };
  }
  if (cardinality === undefined) return run;
  return constant(
    template,
    (frame) => {
      const value = run(frame);
      return value === undefined || Array.isArray(value) ? value : [value];
    },
    compiling,
  );
}

function compileList(items: readonly Template[], compiling: Compiling): Run {
  const [only] = items;
  if (items.length === 1 && only?.kind === 'for') return compileTemplate(only, compiling);
  const runs = items.map((item) => compileTemplate(item, compiling));
  return (frame) => {
    const list: unknown[] = [];
    for (const run of runs) append(list, run(frame));
    return list.length > 0 ? list : undefined;
  };
}

function append(list: unknown[], value: unknown): void {
  if (Array.isArray(value)) for (const each of value) list.push(each);
  else if (value !== undefined && value !== '') list.push(value);
}

function compileFor(template: Extract<Template, { kind: 'for' }>, compiling: Compiling): Run {
  const { slots, items, slot, indexSlot } = compileLoop(template, compiling);
  const body = compileTemplate(template.body, { ...compiling, slots });
  return (frame) => {
    const list: unknown[] = [];
    let index = 0;
    for (const item of items(frame)) {
      frame.slots[slot] = item;
      frame.slots[indexSlot] = index;
      index += 1;
      append(list, body(frame));
    }
    return list.length > 0 ? list : undefined;
  };
}

/** The head of a `$for`: what it goes through, and where its variables are kept. */
interface Loop {
  readonly slots: Slots;
  readonly slot: number;
  readonly indexSlot: number;
  items(frame: Frame): readonly unknown[];
}

/** Compiles the head of a `$for`. */
export function compileLoop(
  { name, items, place }: Extract<Template, { kind: 'for' }>,
  compiling: Compiling,
): Loop {
  const source = compileExpression(items, compiling);
  const slot = compiling.newSlot();
  const indexSlot = compiling.newSlot();
  return {
    slot,
    indexSlot,
    slots: new Map([...compiling.slots, [name, slot], [`${name}Index`, indexSlot]]),
    items: (frame) => {
      const value = source(frame);
      if (value === undefined) return NONE;
      const list = Array.isArray(value) ? value : [value];
      spend(frame, list.length, place);
      return list;
    },
  };
}

const NONE: readonly unknown[] = [];

function compileLet(template: Extract<Template, { kind: 'let' }>, compiling: Compiling): Run {
  const { run, slots } = compileBindings(template.bindings, compiling);
  const body = compileTemplate(template.body, { ...compiling, slots });
  return (frame) => {
    run(frame);
    return body(frame);
  };
}

/** Compiles the variables of a `$let`, each in sight of the next. */
export function compileBindings(bindings: readonly Binding[], compiling: Compiling): Bound {
  let slots = compiling.slots;
  const made = bindings.map(({ name, value }) => {
    const run = compileTemplate(value, { ...compiling, slots });
    const slot = compiling.newSlot();
    slots = new Map([...slots, [name, slot]]);
    return { run, slot };
  });
  return { slots, run: (frame) => bind(made, frame) };
}

/** Compiles the variables of an `$include`: only they and the predefined ones are in sight of the fragment. */
export function compileWith({ bindings }: Include, compiling: Compiling): Bound {
  const slots = new Map(compiling.predefined);
  const made = bindings.map(({ name, value }) => {
    const slot = compiling.newSlot();
    slots.set(name, slot);
    return { run: compileTemplate(value, compiling), slot };
  });
  return { slots, run: (frame) => bind(made, frame) };
}

interface Bound {
  readonly slots: Slots;
  /** Evaluates the variables into the frame. */
  run(frame: Frame): void;
}

function bind(made: readonly { readonly run: Run; readonly slot: number }[], frame: Frame): void {
  for (const { run, slot } of made) frame.slots[slot] = run(frame);
}

function compileSwitch(template: Extract<Template, { kind: 'switch' }>, compiling: Compiling): Run {
  const on = compileExpression(template.on, compiling);
  const cases = new Map(template.cases.map(({ name, value }) => [name, compileTemplate(value, compiling)]));
  const otherwise = template.otherwise ? compileTemplate(template.otherwise, compiling) : nothing;
  return (frame) => {
    const value = on(frame);
    return (value === undefined ? otherwise : (cases.get(String(value)) ?? otherwise))(frame);
  };
}

function compileTranslate({ map, code, system, text, as, place }: Translate, compiling: Compiling): Run {
  const translator = compiling.maps.get(map);
  const codeRun = compileExpression(code, compiling);
  const systemRun = system ? compileExpression(system, compiling) : nothing;
  const textRun = text ? compileExpression(text, compiling) : nothing;
  const translate = (frame: Frame): Target | undefined => {
    const value = codeRun(frame);
    if (value === undefined || translator === undefined) return undefined;
    const from = systemRun(frame);
    const { target, unmapped } = translator.translate(
      String(value),
      typeof from === 'string' ? from : undefined,
    );
    if (unmapped === 'hold') throw unmappedCode(map, place);
    if (unmapped) frame.unmapped.push({ map, behaviour: unmapped });
    return target;
  };
  if (as === 'coding') return (frame) => spread(translate(frame));
  if (as !== 'concept') return (frame) => translate(frame)?.[as];
  return (frame) => {
    const coding = spread(translate(frame));
    const words = textRun(frame);
    if (words === undefined) return coding && { coding: [coding] };
    return { ...(coding ? { coding: [coding] } : {}), text: String(words) };
  };
}

function spread(target: Target | undefined): Target | undefined {
  return target && { ...target };
}

function compileText(parts: readonly (string | Rule)[], place: Place, compiling: Compiling): Run {
  const runs = parts.map((part) => {
    const fixed = typeof part === 'string' ? part : compiling.constants.get(part);
    return fixed === undefined && typeof part !== 'string' ? compilePart(part, compiling) : String(fixed);
  });
  return (frame) => {
    let text = '';
    for (const part of runs) text += typeof part === 'string' ? part : part(frame);
    spend(frame, text.length, place);
    return text === '' ? undefined : text;
  };
}

function compilePart(rule: Rule, compiling: Compiling): (frame: Frame) => string {
  const run = compileExpression(rule, compiling);
  return (frame) => {
    const value = run(frame);
    if (typeof value === 'string') return value;
    if (value === undefined) return '';
    if (typeof value !== 'object') return String(value);
    throw failure(
      rule.place,
      'One text fits here; the expression gives several values or an object for this assessment.',
    );
  };
}

type Writer = (frame: Frame, lines: string[]) => void;

function compileLines(items: readonly Template[], place: Place, compiling: Compiling): Run {
  const writers = items.map((item) => compileLine(item, compiling));
  return (frame) => {
    const lines: string[] = [];
    for (const write of writers) write(frame, lines);
    if (lines.length === 0) return undefined;
    const text = lines.join('\n');
    spend(frame, text.length, place);
    return text;
  };
}

/** Writes a line, none, or several; only an empty text that stands in the template itself is an empty line. */
function compileLine(template: Template, compiling: Compiling): Writer {
  const { kind, place } = template;
  if (kind === 'literal') {
    const line = String(template.value);
    return (_, lines) => lines.push(line);
  }
  if (kind === 'list') {
    const writers = template.items.map((item) => compileLine(item, compiling));
    return (frame, lines) => {
      for (const write of writers) write(frame, lines);
    };
  }
  if (kind === 'for') {
    const { slots, items, slot, indexSlot } = compileLoop(template, compiling);
    const write = compileLine(template.body, { ...compiling, slots });
    return (frame, lines) => {
      let index = 0;
      for (const item of items(frame)) {
        frame.slots[slot] = item;
        frame.slots[indexSlot] = index;
        index += 1;
        write(frame, lines);
      }
    };
  }
  if (kind === 'lines') {
    return compileLine({ ...template, kind: 'list' }, compiling);
  }
  if (kind === 'let' || kind === 'include') {
    const { run, slots } =
      kind === 'let' ? compileBindings(template.bindings, compiling) : compileWith(template, compiling);
    const write = compileLine(template.body, { ...compiling, slots });
    return (frame, lines) => {
      run(frame);
      write(frame, lines);
    };
  }
  if (kind === 'if') {
    const condition = compileExpression(template.condition, compiling);
    const write = compileLine(template.body, compiling);
    const otherwise = template.otherwise ? compileLine(template.otherwise, compiling) : nothing;
    return (frame, lines) => (condition(frame) === true ? write : otherwise)(frame, lines);
  }
  if (kind === 'switch') {
    const on = compileExpression(template.on, compiling);
    const cases = new Map(template.cases.map(({ name, value }) => [name, compileLine(value, compiling)]));
    const otherwise = template.otherwise ? compileLine(template.otherwise, compiling) : nothing;
    return (frame, lines) => (cases.get(String(on(frame))) ?? otherwise)(frame, lines);
  }
  const run = compileTemplate(template, compiling);
  const write = (value: unknown, lines: string[]): void => {
    if (typeof value === 'object')
      throw failure(place, 'A line is a text; the rule gives an object for this assessment.');
    if (value !== undefined && value !== '') lines.push(String(value));
  };
  return (frame, lines) => {
    const value = run(frame);
    if (Array.isArray(value)) for (const each of value) write(each, lines);
    else write(value, lines);
  };
}
