import { globSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { mapping } from '../../src/cli/mapping.ts';
import { schemaFiles } from '../../src/cli/mapping-schema.ts';
import { loadDefinitions } from '../../src/fhir/definitions.ts';
import { temporaryFolder } from '../temporary.ts';

const folder = join(import.meta.dirname, '..', '..', 'mappings');
const definitions = loadDefinitions();
const made = schemaFiles(definitions);
const ajv = new Ajv({ strict: false, formats: { 'iso-duration': true } });
const checks = new Map([...made].map(([name, text]) => [name, ajv.compile(JSON.parse(text))]));

/** What an editor says of a file: nothing, or where it is wrong. */
function mistakesIn(path: string, text: string): unknown {
  const check = checks.get(schemaOf(path));
  return check?.(parse(text)) ? [] : (check?.errors ?? 'no schema');
}

/** The schema of a file of the folder, by its path. */
function schemaOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  if (
    path === 'kinds.yaml' ||
    path === 'settings.yaml' ||
    path === 'urgency.yaml' ||
    path === 'layouts.yaml' ||
    path === 'resources.yaml'
  ) {
    return path.replace('.yaml', '.schema.json');
  }
  if (first === 'texts') return 'texts.schema.json';
  if (first === 'sources') return 'source.schema.json';
  if (first === 'routes')
    return second === 'questionnaires' ? 'questionnaire.schema.json' : 'route.schema.json';
  return second === 'mapping.yaml' ? 'mapping.schema.json' : 'template.schema.json';
}

const shipped = globSync('**/*.yaml', { cwd: folder }).sort();

describe('the schemas of mapping files', () => {
  it('lie beside the shipped mappings as the command writes them', () => {
    const there = Object.fromEntries(
      readdirSync(join(folder, 'schema')).map((name) => [
        name,
        readFileSync(join(folder, 'schema', name), 'utf8'),
      ]),
    );
    const stale = [...made].filter(([name, text]) => there[name] !== text).map(([name]) => name);
    expect(stale, 'run: npm run bridge -- mapping schema').toEqual([]);
    expect(Object.keys(there).sort()).toEqual([...made.keys()].sort());
  });

  it('are under a megabyte together', () => {
    const sizes = [...made.keys()].map((name) => statSync(join(folder, 'schema', name)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_000_000);
  });

  it.each(shipped)('find nothing wrong with %s', (path) => {
    expect(mistakesIn(path, readFileSync(join(folder, path), 'utf8'))).toEqual([]);
  });

  it.each(shipped)('are named in the first line of %s, for editors', (path) => {
    const up = path.includes('/') ? '../'.repeat(path.split('/').length - 1) : './';
    const [first] = readFileSync(join(folder, path), 'utf8').split('\n');
    expect(first).toBe(`# yaml-language-server: $schema=${up}schema/${schemaOf(path)}`);
  });

  it('describe the elements of FHIR and the directives', () => {
    const schema: unknown = JSON.parse(made.get('template.schema.json') ?? '');
    expect(schema).toMatchObject({
      definitions: {
        Task: { properties: { priority: { description: 'routine | urgent | asap | stat' } } },
        HumanName: { description: 'Name of a human - parts and usage' },
        'codes/request-priority': { anyOf: [{ enum: ['asap', 'routine', 'stat', 'urgent'] }, {}, {}] },
        $for: { description: expect.stringContaining('%qIndex') },
      },
    });
  });
});

const TASK = 'resourceType: Task\nstatus: requested\nintent: order\n';

describe('an editor is told', () => {
  test.each([
    ['an unknown element', 'x/task.yaml', `${TASK}descripton: x\n`],
    [
      'an unknown element of a part',
      'x/task.yaml',
      `${TASK}input:\n  - { type: { text: x }, valueStrin: x }\n`,
    ],
    ['an unknown element of a datatype', 'x/task.yaml', `${TASK}code: { coding: [{ sytem: urn:x }] }\n`],
    [
      'an element of a deeper level of the same part',
      'x/qr.yaml',
      'resourceType: QuestionnaireResponse\nstatus: completed\nitem: [{ linkId: a, item: [{ linkId: b, txt: x }] }]\n',
    ],
    ['an unknown resource', 'x/task.yaml', 'resourceType: Tsk\nstatus: requested\n'],
    ['a missing required element', 'x/task.yaml', 'resourceType: Task\nstatus: requested\n'],
    ['a missing required element of a part', 'x/task.yaml', `${TASK}input:\n  - { valueString: x }\n`],
    ['a code outside a required binding', 'x/task.yaml', `${TASK}priority: soon\n`],
    ['an object where a list belongs', 'x/task.yaml', `${TASK}note: { text: x }\n`],
    ['a list where one value belongs', 'x/task.yaml', `${TASK}description: [x]\n`],
    ['a literal where a list belongs', 'x/patient.yaml', 'resourceType: Patient\nname: [{ given: Aino }]\n'],
    ['a number where a text belongs', 'x/task.yaml', `${TASK}description: 7\n`],
    ['a text where true or false belongs', 'x/patient.yaml', "resourceType: Patient\nactive: 'yes'\n"],
    ['a date that is none', 'x/patient.yaml', 'resourceType: Patient\nbirthDate: yesterday\n'],
    ['an unknown directive', 'x/task.yaml', `${TASK}description: { $iff: a, $value: b }\n`],
    ['a directive without its partner', 'x/task.yaml', `${TASK}description: { $else: a, $value: b }\n`],
    [
      'an expression in braces where a bare one belongs',
      'x/task.yaml',
      `${TASK}description: { $if: '{{ summary.exists() }}', $value: b }\n`,
    ],
    ['a $for without "in"', 'x/task.yaml', `${TASK}note: [{ $for: sections, text: x }]\n`],
    [
      'an unknown word in $translate',
      'x/task.yaml',
      `${TASK}priority: { $translate: { map: a, code: b, as: codes } }\n`,
    ],
    [
      'a $translate without its map',
      'x/task.yaml',
      `${TASK}priority: { $translate: { code: b, as: code } }\n`,
    ],
    ['a misspelt directive of a fragment', 'shared/a.yaml', 'system: { $incude: b.yaml }\n'],
    [
      'a misspelt directive in a line of a text',
      'shared/a.yaml',
      '$text: [{ $fo: a in sections, $value: b }]\n',
    ],
    ['an unknown member of a mapping', 'x/mapping.yaml', 'name: x\nresource: []\n'],
    ['a mapping of nothing', 'x/mapping.yaml', 'name: x\n'],
    ['a shared resource without a template', 'resources.yaml', '- { name: patient }\n'],
    ['a need that is no path', 'x/mapping.yaml', 'name: x\nresources: []\nneeds: [urgency.exists()]\n'],
    ['a kind without a title', 'kinds.yaml', '- { id: a, mapping: b, status: active }\n'],
    ['a status that is none', 'kinds.yaml', '- { id: a, mapping: b, status: on, titles: {} }\n'],
    [
      'a number of a service that is not in quotes',
      'kinds.yaml',
      '- { id: a, mapping: b, status: active, titles: {}, serviceId: 649 }\n',
    ],
    [
      'a language that there is not',
      'settings.yaml',
      'headingLanguage: de\nbase: https://a\nsystems: { edition: urn:a }\n',
    ],
    ['an urgency class that is missing', 'urgency.yaml', 'P0: {}\n'],
    [
      'a layout of a recipient that is no OID',
      'layouts.yaml',
      'default: a\nlayouts: [a]\nrecipients: { unit: { layout: a } }\n',
    ],
    ['a text that is a list', 'texts/fi.yaml', 'heading: [a]\n'],
    ['an unknown way of writing', 'routes/a.yaml', 'name: a\nresources: { Task: { write: update } }\n'],
  ])('%s', (_, path, text) => {
    expect(mistakesIn(path, text)).not.toEqual([]);
  });
});

it('the command writes them into a folder of one’s own', async () => {
  const own = temporaryFolder();
  mkdirSync(join(own, 'schema'));
  writeFileSync(join(own, 'schema', 'kinds.schema.json'), 'old');
  const lines: string[] = [];
  const io = { out: (line: string) => lines.push(line), err: (line: string) => lines.push(line) };
  const unused = () => {
    throw new Error('not for this command');
  };
  const status = await mapping(['schema', own], io, {
    definitions: () => definitions,
    sourceSchema: unused,
    assessment: unused,
  });
  expect({ status, lines }).toEqual({
    status: 0,
    lines: [`${made.size} schemas are written to ${join(own, 'schema')}.`],
  });
  expect(readFileSync(join(own, 'schema', 'kinds.schema.json'), 'utf8')).toBe(made.get('kinds.schema.json'));
});
