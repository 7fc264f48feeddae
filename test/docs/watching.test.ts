import { globSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createMetrics } from '../../src/operations/metrics.ts';
import { noMessages } from './no-messages.ts';
import { project, read, rowsOf } from './pages.ts';
import { readQuery } from './promql.ts';

/** Rules and dashboards may only ask for what a bridge serves. `promtool check rules` says more, where it is at hand. */

const served = await createMetrics().render(noMessages, 0);
const kinds = new Map(
  [...served.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', kind = '']) => [name, kind]),
);
const names = new Set([
  'up',
  ...[...kinds].flatMap(([name, kind]) =>
    kind === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  ),
]);
const labels = new Map(
  rowsOf(read('docs/reference/metrics.md')).flatMap(([name = '', , listed, help]) =>
    listed === undefined || help === undefined
      ? []
      : [
          [
            name.replaceAll('`', ''),
            listed
              .replaceAll(/\(.*?\)/g, '')
              .split(',')
              .map((label) => label.trim()),
          ],
        ],
  ),
);
/** Labels that Prometheus adds, and the one of a histogram's buckets. */
const OTHERS = ['instance', 'job', 'le'];
const FUNCTIONS = new Set([
  ...['sum', 'max', 'min', 'count', 'abs', 'absent', 'rate', 'increase', 'delta', 'deriv', 'vector'],
  ...['histogram_quantile', 'min_over_time', 'max_over_time'],
]);

/** What is wrong with an expression. */
function faultsOf(expression: string): readonly string[] {
  const { functions, metrics, groups } = readQuery(expression);
  const known = metrics.flatMap(({ name }) => labels.get(name.replace(/_(bucket|sum|count)$/, '')) ?? []);
  return [
    ...(metrics.length === 0 ? ['it asks for nothing'] : []),
    ...functions.filter((name) => !FUNCTIONS.has(name)).map((name) => `no function ${name}`),
    ...metrics.filter(({ name }) => !names.has(name)).map(({ name }) => `no metric ${name}`),
    ...[...metrics.flatMap((metric) => metric.labels), ...groups]
      .filter((label) => !known.includes(label) && !OTHERS.includes(label))
      .map((label) => `no label ${label}`),
  ];
}

describe('the reader of expressions', () => {
  it.each([
    ['max(bridge_messages_lost)', ['no metric bridge_messages_lost']],
    ['maximum(bridge_messages)', ['no function maximum']],
    ['sum by (colour) (bridge_messages{state="held"})', ['no label colour']],
    ['bridge_messages{flavour="sweet"}', ['no label flavour']],
    ['vector(1)', ['it asks for nothing']],
    ['bridge_step_seconds', ['no metric bridge_step_seconds']],
  ])('finds the fault of %s', (expression, faults) => {
    expect(faultsOf(expression)).toEqual(faults);
  });

  it.each(['sum(up', 'sum(up]', 'up)', 'up ? 1'])('refuses %s', (expression) => {
    expect(() => readQuery(expression)).toThrow();
  });
});

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}

describe('the alert rules', () => {
  const { groups }: { groups: { name: string; rules: Rule[] }[] } = parse(
    read('docker/prometheus/rules.yaml'),
  );
  const rules = groups.flatMap((group) => group.rules);

  it.each(rules)('$alert asks for what the bridge serves, and tells who is woken and what to do', (rule) => {
    expect(faultsOf(rule.expr)).toEqual([]);
    expect(rule.for ?? '1m').toMatch(/^\d+[smhd]$/);
    expect(['page', 'ticket']).toContain(rule.labels.severity);
    expect(Object.keys(rule.annotations)).toEqual(['summary', 'action']);
  });

  it.each(rules)('$alert names only labels that its expression leaves', ({ expr, annotations }) => {
    const named = [
      ...Object.values(annotations)
        .join()
        .matchAll(/\$labels\.(\w+)/g),
    ].map(([, name]) => name);
    const { groups: grouped } = readQuery(expr);
    const left = grouped.length === 0 ? OTHERS : grouped;
    expect(named.filter((name) => !left.includes(name ?? ''))).toEqual([]);
  });

  it('have names of their own', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    expect(rules.length).toBeGreaterThan(9);
  });

  it('are read by Prometheus, which asks both bridges of the compose file', () => {
    const config: {
      rule_files: string[];
      scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
    } = parse(read('docker/prometheus/prometheus.yaml'));
    expect(config.rule_files).toEqual(['rules.yaml']);
    const [scraped] = config.scrape_configs;
    const { services }: { services: Record<string, { environment?: { PORT?: string } }> } = parse(
      read('docker/compose.yaml'),
      { merge: true },
    );
    const ports = Object.entries(services).flatMap(([name, { environment }]) =>
      name.startsWith('bridge-') ? [environment?.PORT] : [],
    );
    expect(scraped?.job_name).toBe('bridge');
    expect(scraped?.static_configs[0]?.targets).toEqual(ports.map((port) => `127.0.0.1:${port}`));
  });
});

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly datasource: { readonly uid: string };
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets: readonly { readonly refId: string; readonly expr: string }[];
  }[];
}

describe.each(globSync('docker/grafana/dashboards/*.json', { cwd: project }))('the dashboard %s', (file) => {
  const { uid, panels }: Dashboard = JSON.parse(read(file));

  it.each(panels)('$title asks for what the bridge serves', ({ targets }) => {
    expect(targets.flatMap(({ expr }) => faultsOf(expr))).toEqual([]);
    expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
  });

  it('asks the source that is provided, and has panels of their own ids, none over another', () => {
    const { datasources }: { datasources: { uid: string; url: string }[] } = parse(
      read('docker/grafana/provisioning/datasources/prometheus.yaml'),
    );
    expect([...new Set(panels.map(({ datasource }) => datasource.uid))]).toEqual(
      datasources.map((source) => source.uid),
    );
    expect(uid).not.toBe('');
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });
});
