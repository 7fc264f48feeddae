import type { Resource } from '@medplum/fhirtypes';
import { type Compiling, compileBindings, compileLoop, compileTemplate, compileWith } from './compile.ts';
import { compileExpression } from './compile-expression.ts';
import { nodesOf } from './expression.ts';
import { type Frame, failure } from './frame.ts';
import { type Place, type Report, showPlace } from './place.ts';
import type { Rule, Template } from './template.ts';

/** A compiled template of a resource, or of several by `$for`. */
export interface ResourceRun {
  /** How many resources there will be, told before any is made: so that references to missing ones vanish. */
  count(frame: Frame): number;
  make(frame: Frame, each: (resource: Resource) => void): void;
}

type Visit = (frame: Frame, each: () => void) => void;

/** Compiles a resource's template that has been checked. */
export function compileResource(template: Template, compiling: Compiling): ResourceRun {
  const { visit, body } = chain(template, compiling);
  return {
    count: (frame) => {
      if (!isGated(template)) return 1;
      let count = 0;
      visit(frame, () => {
        count += 1;
      });
      return count;
    },
    make: (frame, each) => visit(frame, () => each(body(frame))),
  };
}

/** Whether a template may give several resources. */
export function isRepeated(template: Template): boolean {
  if (template.kind === 'for') return true;
  return hasBody(template) && isRepeated(template.body);
}

/** Reports `%urls` where it is not known yet: in what decides whether a resource is there. */
export function checkGates(template: Template, report: Report): void {
  if (!hasBody(template)) return;
  for (const rule of gatesOf(template)) {
    for (const node of nodesOf(rule.expression)) {
      if (node.kind === 'variable' && node.name === 'urls') {
        report(
          rule.placeAt(node.at),
          '%urls is not known yet where it is decided whether a resource is there.',
        );
      }
    }
  }
  checkGates(template.body, report);
}

type Link = Extract<Template, { kind: 'for' | 'let' | 'if' | 'include' }>;

function hasBody(template: Template): template is Link {
  return ['for', 'let', 'if', 'include'].includes(template.kind);
}

function isGated(template: Template): boolean {
  if (!hasBody(template)) return false;
  return template.kind === 'for' || template.kind === 'if' || isGated(template.body);
}

function gatesOf(link: Link): Rule[] {
  if (link.kind === 'for') return [link.items];
  if (link.kind === 'if') return [link.condition];
  if (!isGated(link.body)) return [];
  return link.bindings.flatMap(({ value }) => (value.kind === 'value' ? [value.rule] : []));
}

function chain(template: Template, compiling: Compiling): { visit: Visit; body: (frame: Frame) => Resource } {
  switch (template.kind) {
    case 'for': {
      const loop = compileLoop(template, compiling);
      const { visit, body } = chain(template.body, { ...compiling, slots: loop.slots });
      return {
        body,
        visit: (frame, each) => {
          for (const [index, item] of loop.items(frame).entries()) {
            frame.slots[loop.slot] = item;
            frame.slots[loop.indexSlot] = index;
            visit(frame, each);
          }
        },
      };
    }
    case 'if': {
      const condition = compileExpression(template.condition, compiling);
      const { visit, body } = chain(template.body, compiling);
      return {
        body,
        visit: (frame, each) => {
          if (condition(frame) === true) visit(frame, each);
        },
      };
    }
    case 'let':
    case 'include': {
      const bound =
        template.kind === 'let'
          ? compileBindings(template.bindings, compiling)
          : compileWith(template, compiling);
      const { visit, body } = chain(template.body, { ...compiling, slots: bound.slots });
      return {
        body,
        visit: (frame, each) => {
          bound.run(frame);
          visit(frame, each);
        },
      };
    }
    default: {
      const run = compileTemplate(template, compiling);
      return { visit: (_, each) => each(), body: (frame) => asResource(run(frame), template.place) };
    }
  }
}

function asResource(value: unknown, place: Place): Resource {
  if (isResource(value)) return value;
  throw failure(place, `The template at ${showPlace(place)} gave no resource.`);
}

/** The templates were checked to give resources when they were loaded; this tells the type checker so. */
function isResource(value: unknown): value is Resource {
  return typeof value === 'object' && value !== null && 'resourceType' in value;
}
