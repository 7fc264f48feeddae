import type { CodeFilter, CodeSystemRule, Codes, ValueSetRule } from './model.ts';

/** Where expansion finds what a ValueSet names. */
interface Sources {
  valueSet(url: string): ValueSetRule | undefined;
  codeSystem(url: string): CodeSystemRule | undefined;
}

/**
 * All codes of a ValueSet, by system (FHIR R4 §4.9.5). Undefined when that cannot be told offline: a system
 * that is not here in full, a filter other than `is-a`, `descendent-of` and `=` on `concept`/`code`, or a
 * ValueSet that includes itself.
 */
export function expand(
  rule: ValueSetRule,
  sources: Sources,
  within: readonly string[] = [],
): Codes | undefined {
  if (within.includes(rule.url)) return undefined;
  const path = [...within, rule.url];
  const all = new Map<string, Set<string>>();
  for (const filter of rule.include) {
    const found = select(filter, sources, path);
    if (!found) return undefined;
    for (const [system, codes] of found) {
      const known = all.get(system) ?? new Set();
      for (const code of codes) known.add(code);
      all.set(system, known);
    }
  }
  for (const filter of rule.exclude) {
    const found = select(filter, sources, path);
    if (!found) return undefined;
    for (const [system, codes] of found) for (const code of codes) all.get(system)?.delete(code);
  }
  return all;
}

function select(filter: CodeFilter, sources: Sources, within: readonly string[]): Codes | undefined {
  let selected = filter.system === undefined ? undefined : ofSystem(filter, filter.system, sources);
  if (filter.system !== undefined && !selected) return undefined;
  for (const url of filter.valueSets ?? []) {
    const rule = sources.valueSet(url);
    const imported = rule && expand(rule, sources, within);
    if (!imported) return undefined;
    selected = selected ? intersection(selected, imported) : imported;
  }
  return selected;
}

function ofSystem(filter: CodeFilter, url: string, sources: Sources): Codes | undefined {
  if (filter.codes) return new Map([[url, new Set(filter.codes)]]);
  const system = sources.codeSystem(url);
  if (!system?.complete) return undefined;
  let codes = system.codes;
  for (const { property, op, value } of filter.filters ?? []) {
    if (property !== 'concept' && property !== 'code') return undefined;
    if (op === 'is-a') codes = codes.filter((code) => code === value || isBelow(code, value, system));
    else if (op === 'descendent-of') codes = codes.filter((code) => isBelow(code, value, system));
    else if (op === '=') codes = codes.filter((code) => code === value);
    else return undefined;
  }
  return new Map([[url, new Set(codes)]]);
}

function isBelow(code: string, ancestor: string, system: CodeSystemRule): boolean {
  const seen = new Set<string>();
  const open = [...(system.parents[code] ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === ancestor) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...(system.parents[next] ?? []));
  }
  return false;
}

function intersection(left: Codes, right: Codes): Codes {
  const both = ([system, codes]: [string, ReadonlySet<string>]): [string, Set<string>] => [
    system,
    new Set([...codes].filter((code) => right.get(system)?.has(code))),
  ];
  return new Map([...left].map(both));
}
