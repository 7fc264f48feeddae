import type { Definitions } from '../../fhir/definitions.ts';
import type { Element } from '../../fhir/elements.ts';
import { checkResource } from '../check/check.ts';
import { type Constant, type JsonSchema, type Shape, shapeOf } from '../check/shape.ts';
import type { Translator } from '../data/concept-map.ts';
import type { Surroundings } from '../data/surroundings.ts';
import type { Report } from '../files/place.ts';
import { predefinedShapes } from '../predefined.ts';
import type { Member, Rule, Template } from '../template/template.ts';
import {
  checkGates,
  compileResource,
  type ResourceCode,
  type ResourceRun,
  resourceCode,
} from './resource.ts';

/** Checks and compiles resources' templates: each once, however many mappings of a folder use it. */
export interface Compiler {
  /** @param urls the names of the mapping's resources, and whether each may come several times */
  check(template: Template, urls: ReadonlyMap<string, boolean>): void;
  /** Compiles a template that has been checked. */
  compile(template: Template): ResourceRun;
  /** Found out by the checks, for members whose form does not say it. */
  readonly cardinality: ReadonlyMap<Member, 'list' | 'one'>;
}

interface CompilerOptions {
  readonly definitions: Definitions;
  readonly sourceSchema: JsonSchema;
  readonly surroundings: Surroundings;
  readonly maps: ReadonlyMap<string, Translator>;
  readonly report: Report;
  /** Is shown the code of each template: for whoever looks for a fault in it. */
  readonly show?: (code: ResourceCode) => void;
}

/** A compiler for the templates of one folder. */
export function createCompiler(options: CompilerOptions): Compiler {
  const { definitions, sourceSchema: document, surroundings, maps, report, show } = options;
  const cardinality = new Map<Member, 'list' | 'one'>();
  const constants = new Map<Rule, Constant>();
  const elements = new Map<string, readonly Element[]>();
  const source = shapeOf(document, document);
  const checked = new Map<string, { readonly shapes: Map<string, Shape>; readonly done: Set<Template> }>();
  const compiled = new Map<Template, ResourceRun>();
  return {
    cardinality,
    check: (template, urls) => {
      const key = JSON.stringify([...urls]);
      const { shapes, done } = checked.get(key) ?? {
        shapes: predefinedShapes(surroundings, urls),
        done: new Set<Template>(),
      };
      checked.set(key, { shapes, done });
      if (done.has(template)) return;
      done.add(template);
      checkGates(template, report);
      const sight = { source, document, variables: shapes, predefined: shapes };
      checkResource(template, { ...sight, definitions, maps, report, elements, cardinality, constants });
    },
    compile: (template) => {
      const before = compiled.get(template);
      if (before) return before;
      const code = resourceCode(template, { maps, cardinality, constants });
      show?.(code);
      const run = compileResource(code);
      compiled.set(template, run);
      return run;
    },
  };
}
