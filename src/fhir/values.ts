import { isObject } from './run.ts';

/** Whether two JSON values are the same, whatever the order of their properties: what `fixed[x]` asks. */
export function isSame(value: unknown, fixed: unknown): boolean {
  if (Array.isArray(fixed)) {
    return (
      Array.isArray(value) &&
      value.length === fixed.length &&
      fixed.every((item, i) => isSame(value[i], item))
    );
  }
  if (!isObject(fixed)) return value === fixed;
  if (!isObject(value)) return false;
  const names = Object.keys(fixed);
  return (
    names.length === Object.keys(value).length && names.every((name) => isSame(value[name], fixed[name]))
  );
}

/** Whether a value has at least what the pattern has; each item of a pattern's array anywhere in the value's. */
export function contains(value: unknown, pattern: unknown): boolean {
  if (Array.isArray(pattern)) {
    return Array.isArray(value) && pattern.every((wanted) => value.some((item) => contains(item, wanted)));
  }
  if (!isObject(pattern)) return value === pattern;
  return isObject(value) && Object.keys(pattern).every((name) => contains(value[name], pattern[name]));
}
