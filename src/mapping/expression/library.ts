import fhirpath from 'fhirpath';

/**
 * An expression through fhirpath.js: for what the bridge does not evaluate itself.
 * Values follow `Run`: undefined for nothing, an array for two or more.
 */
export function libraryEvaluator(
  text: string,
): (root: unknown, variables: Readonly<Record<string, unknown>>) => unknown {
  const evaluate = fhirpath.compile(text, undefined, { async: false });
  return (root, variables) => {
    const values = evaluate(root, { ...variables });
    return values.length > 1 ? values : values[0];
  };
}
