import { describe, expect, test } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import { files, load } from './folder.ts';

/** Puts `«»` around what is changed: the mistake is expected at its begin unless another place is named. */
interface Planted {
  readonly what: string;
  readonly file: string;
  readonly find: string;
  readonly put: string;
  /** Place within the file, `line:column`; the begin of the changed part when absent. */
  readonly at?: string;
  /** Where it is told when that is another file. */
  readonly place?: string;
  readonly says: RegExp;
}

const PATIENT = 'symptom/patient.yaml';
const TASK = 'symptom/task.yaml';
const NOTE = 'symptom/note.yaml';
const RESPONSE = 'symptom/response.yaml';

const planted: readonly Planted[] = [
  {
    what: 'an unknown FHIR element',
    file: PATIENT,
    find: 'birthDate:',
    put: 'birthdate:',
    says: /Patient has no "birthdate" \(did you mean "birthDate"\?\)/,
  },
  {
    what: 'an unknown element of a part',
    file: PATIENT,
    find: 'family:',
    put: 'surname:',
    says: /Patient\.name has no "surname"/,
  },
  {
    what: 'a choice without its type',
    file: 'symptom/measurement.yaml',
    find: 'valueQuantity:',
    put: 'value:',
    says: /with its type in the name: .*valueQuantity/,
  },
  {
    what: 'an object where a list belongs',
    file: PATIENT,
    find: '- family',
    put: '  family',
    at: '8:5',
    says: /"name" is a list/,
  },
  {
    what: 'a list where one value belongs',
    file: PATIENT,
    find: "birthDate: '{{ client.birthDate }}'",
    put: "birthDate: ['2000-01-01']",
    at: '12:12',
    says: /"birthDate" takes one value/,
  },
  {
    what: 'several values where one belongs',
    file: PATIENT,
    find: 'client.names.family',
    put: 'client.names.given',
    says: /"family" takes one value; the expression may give several/,
  },
  {
    what: 'several values in a text',
    file: 'symptom/relative.yaml',
    find: "filledBy.person.names.given.join(' ')",
    put: 'filledBy.person.names.given',
    says: /several values where one text fits/,
  },
  {
    what: 'a literal of the wrong type',
    file: PATIENT,
    find: "'{{ client.birthDate }}'",
    put: 'yesterday',
    says: /"birthDate" takes date/,
  },
  {
    what: 'a number where a text belongs',
    file: TASK,
    find: 'order',
    put: '7',
    says: /"intent" takes code; write it in quotes/,
  },
  {
    what: 'an expression of the wrong type',
    file: PATIENT,
    find: 'client.birthDate',
    put: 'client.names',
    says: /"birthDate" takes date; the expression gives object/,
  },
  {
    what: 'a code outside a required binding',
    file: TASK,
    find: 'requested',
    put: 'requestd',
    says: /does not take the code "requestd" \(did you mean "requested"\?\)/,
  },
  {
    what: 'a missing required element',
    file: TASK,
    find: 'intent: order\n',
    put: '',
    at: '1:1',
    says: /Task needs "intent"/,
  },
  {
    what: 'an unknown resource',
    file: TASK,
    find: 'Task',
    put: 'Tsk',
    says: /no resource Tsk \(did you mean "Task"\?\)/,
  },
  {
    what: 'two values of one choice',
    file: 'symptom/measurement.yaml',
    find: 'note:',
    put: 'valueString: x\nnote:',
    says: /"valueString" and "valueQuantity" are one choice/,
  },
  {
    what: 'an unknown source path',
    file: PATIENT,
    find: 'client.names.family',
    put: 'client.names.famly',
    at: '8:30',
    says: /client\.names has no "famly" \(did you mean "family"\?\)/,
  },
  {
    what: 'an unknown path of a variable',
    file: RESPONSE,
    find: '%q.text',
    put: '%q.txt',
    at: '13:22',
    says: /%q has no "txt"/,
  },
  {
    what: 'an unknown variable',
    file: RESPONSE,
    find: '%q.id',
    put: '%question.id',
    says: /no variable %question here/,
  },
  {
    what: 'an unknown text',
    file: NOTE,
    find: '%text.heading',
    put: '%text.heding',
    at: '9:25',
    says: /%text has no "heding" \(did you mean "heading"\?\)/,
  },
  {
    what: 'an unknown resource of the mapping',
    file: TASK,
    find: '%urls.response',
    put: '%urls.answers',
    at: '8:31',
    says: /%urls has no "answers"/,
  },
  {
    what: 'a code that a ConceptMap gives and the element does not take',
    file: 'codes/priority.json',
    find: '"code": "stat"',
    put: '"code": "at-once"',
    place: `mappings/${TASK}:5:22`,
    says: /The ConceptMap can give this code, but "priority" does not take the code "at-once"/,
  },
  {
    what: 'a fixed code of a ConceptMap that the element does not take',
    file: 'codes/priority.json',
    find: '"code": "routine"',
    put: '"code": "some-day"',
    place: `mappings/${TASK}:5:22`,
    says: /does not take the code "some-day"/,
  },
  {
    what: 'a ConceptMap that leads to one that is not there',
    file: 'codes/priority.json',
    find: '"mode": "fixed", "code": "routine"',
    put: '"mode": "other-map", "url": "urn:nowhere"',
    at: '10:49',
    says: /There is no ConceptMap urn:nowhere/,
  },
  {
    what: 'a ConceptMap that leads back to itself',
    file: 'codes/priority.json',
    find: '"group": [',
    put: '"url": "urn:self", "group": [ { "element": [{ "code": "P1", "target": [{ "equivalence": "unmatched" }] }], "unmapped": { "mode": "other-map", "url": "urn:self" } },',
    at: '4:152',
    says: /The ConceptMap leads back to itself/,
  },
  {
    what: 'a ConceptMap that does not say what becomes of other codes',
    file: 'codes/priority.json',
    find: ',\n      "unmapped": { "mode": "fixed", "code": "routine" }',
    put: '',
    at: '5:5',
    says: /says what becomes of a code that it does not list: .*region\.example\/fhir\/StructureDefinition\/unmapped/,
  },
  {
    what: 'a ConceptMap that says it twice',
    file: 'codes/priority.json',
    find: '"element": [',
    put: '"extension": [{ "url": "https://region.example/fhir/StructureDefinition/unmapped", "valueCode": "hold" }], "element": [',
    at: '10:7',
    says: /The extension of this group says otherwise/,
  },
  {
    what: 'an unknown word for what becomes of other codes',
    file: 'codes/priority.json',
    find: '"unmapped": { "mode": "fixed", "code": "routine" }',
    put: '"extension": [{ "url": "https://region.example/fhir/StructureDefinition/unmapped", "valueCode": "held" }]',
    at: '10:103',
    says: /What becomes of an unmapped code is one of text, hold \(did you mean "hold"\?\)/,
  },
  {
    what: 'a fixed code that is not there',
    file: 'codes/priority.json',
    find: '{ "mode": "fixed", "code": "routine" }',
    put: '{ "mode": "fixed" }',
    says: /The mode "fixed" needs a code/,
  },
  {
    what: 'an unknown mode',
    file: 'codes/priority.json',
    find: '"fixed"',
    put: '"fix"',
    says: /"mode" does not take the code "fix"/,
  },
  {
    what: 'a code that is listed twice',
    file: 'codes/priority.json',
    find: '{ "code": "P0", "target"',
    put: '{ "code": "P0", "target": [{ "equivalence": "unmatched" }] }, { "code": "P0", "target"',
    at: '8:81',
    says: /The code "P0" is listed twice/,
  },
  {
    what: 'a target without a code',
    file: 'codes/priority.json',
    find: '"code": "stat", ',
    put: '',
    at: '8:36',
    says: /A target needs a code, unless its equivalence is "unmatched"/,
  },
  {
    what: 'a code without a target',
    file: 'codes/priority.json',
    find: '{ "code": "P0",',
    put: '{ "code": "P1" }, { "code": "P0",',
    says: /A code is listed with its target/,
  },
  {
    what: 'an equivalence that there is not',
    file: 'codes/priority.json',
    find: '"wider"',
    put: '"widr"',
    says: /"equivalence" does not take the code "widr" \(did you mean "wider"\?\)/,
  },
  {
    what: 'a target without its equivalence',
    file: 'codes/priority.json',
    find: ', "equivalence": "wider"',
    put: '',
    at: '8:36',
    says: /ConceptMap\.group\.element\.target needs "equivalence"/,
  },
  {
    what: 'a ConceptMap without its status',
    file: 'codes/priority.json',
    find: '  "status": "active",\n',
    put: '',
    at: '1:1',
    says: /ConceptMap needs "status"/,
  },
  {
    what: 'an unknown element of a ConceptMap',
    file: 'codes/priority.json',
    find: '"element": [',
    put: '"elements": [], "element": [',
    says: /ConceptMap\.group has no "elements" \(did you mean "element"\?\)/,
  },
  {
    what: 'another resource in codes/',
    file: 'codes/priority.json',
    find: 'ConceptMap',
    put: 'CodeSystem',
    at: '1:1',
    says: /A FHIR R4 ConceptMap is expected/,
  },
  {
    what: 'broken JSON',
    file: 'codes/priority.json',
    find: '"active",',
    put: '"active"',
    at: '4:3',
    says: /not valid JSON: "," or "}" is expected here/,
  },
  {
    what: 'a member that stands twice in JSON',
    file: 'codes/priority.json',
    find: '"group"',
    put: '"status": "draft", "group"',
    says: /"status" stands twice/,
  },
  {
    what: 'an unknown ConceptMap',
    file: TASK,
    find: 'map: priority',
    put: 'map: prioriti',
    at: '5:22',
    says: /no ConceptMap "prioriti" \(did you mean "priority"\?\)/,
  },
  {
    what: 'an unknown word for what $translate gives',
    file: TASK,
    find: 'as: code',
    put: 'as: codes',
    at: '5:57',
    says: /What \$translate gives is one of code, coding, concept, display \(did you mean "code"\?\)/,
  },
  {
    what: 'a text for what has none',
    file: TASK,
    find: 'as: code',
    put: 'as: code, text: summary',
    at: '5:63',
    says: /Only a concept has a text/,
  },
  {
    what: 'a concept where a code belongs',
    file: TASK,
    find: 'as: code',
    put: 'as: concept',
    at: '5:3',
    says: /"priority" takes code; \$translate gives a CodeableConcept/,
  },
  {
    what: 'an unknown path in the text of a concept',
    file: TASK,
    find: 'description:',
    put: 'code: { $translate: { map: priority, code: urgency.class, as: concept, text: sumary } }\ndescription:',
    at: '6:78',
    says: /The assessment has no "sumary" \(did you mean "summary"\?\)/,
  },
  {
    what: 'a broken expression',
    file: PATIENT,
    find: 'client.hetu.exists()',
    put: 'client.hetu.exists(',
    at: '4:29',
    says: /cannot be read/,
  },
  {
    what: 'braces without an expression',
    file: PATIENT,
    find: '{{ client.birthDate }}',
    put: '{{}}',
    says: /An expression is expected here/,
  },
  {
    what: 'a directive without its expression',
    file: PATIENT,
    find: 'client.hetu.exists()',
    put: "' '",
    says: /An expression is expected here/,
  },
  {
    what: 'an unclosed expression',
    file: PATIENT,
    find: '{{ client.birthDate }}',
    put: '{{ client.birthDate',
    says: /has no }}/,
  },
  {
    what: 'an unknown function',
    file: PATIENT,
    find: 'client.hetu.exists()',
    put: 'client.hetu.exist()',
    at: '4:22',
    says: /no function exist\(\) \(did you mean "exists"\?\)/,
  },
  {
    what: 'a function with too many arguments',
    file: PATIENT,
    find: 'client.hetu.exists()',
    put: 'client.hetu.empty(1)',
    at: '4:22',
    says: /empty\(\) takes 0 argument/,
  },
  {
    what: 'a condition that is none',
    file: PATIENT,
    find: 'client.hetu.exists()',
    put: 'client.hetu',
    says: /\$if takes true or false/,
  },
  {
    what: 'an unknown directive',
    file: RESPONSE,
    find: '$default:',
    put: '$defualt:',
    says: /no directive \$defualt \(did you mean "\$default"\?\)/,
  },
  {
    what: 'a directive without its partner',
    file: PATIENT,
    find: '$if: client.hetu.exists()',
    put: '$else: x',
    says: /\$else stands only beside \$if/,
  },
  {
    what: 'a case that never comes',
    file: RESPONSE,
    find: 'boolean: {',
    put: 'bolean: {',
    says: /never "bolean" \(did you mean "boolean"\?\)/,
  },
  {
    what: 'braces where none belong',
    file: PATIENT,
    find: 'client.hetu.exists()',
    put: "'{{ client.hetu.exists() }}'",
    says: /bare expression/,
  },
  {
    what: 'an expression without quotes',
    file: PATIENT,
    find: "'{{ client.birthDate }}'",
    put: '{{ client.birthDate }}',
    at: '12:13',
    says: /in quotes/,
  },
  {
    what: 'a member without a value',
    file: PATIENT,
    find: "birthDate: '{{ client.birthDate }}'",
    put: 'birthDate:',
    says: /has no value/,
  },
  {
    what: 'a member that stands twice',
    file: TASK,
    find: 'description:',
    put: 'status: draft\ndescription:',
    says: /"status" stands twice/,
  },
  {
    what: 'broken YAML',
    file: TASK,
    find: "{ reference: '{{ %urls.patient }}' }",
    put: "{ reference: '{{ %urls.patient }}'",
    at: '8:1',
    says: /not valid YAML/,
  },
  { what: 'an alias', file: TASK, find: 'order', put: '*order', says: /not valid YAML|Aliases/ },
  {
    what: 'a fragment that is not there',
    file: RESPONSE,
    find: '../shared/coding.yaml',
    put: '../shared/codin.yaml',
    says: /no file mappings\/shared\/codin\.yaml/,
  },
  {
    what: 'a path out of the folder',
    file: RESPONSE,
    find: '../shared/coding.yaml',
    put: '../../../etc/passwd',
    says: /leads out of the mappings folder/,
  },
  {
    what: 'a fragment that includes itself',
    file: 'shared/coding.yaml',
    find: "code: '{{ %coded.code }}'",
    put: 'extension: [{ $include: coding.yaml }]',
    at: '2:25',
    says: /includes itself/,
  },
  {
    what: 'a variable that was not passed',
    file: 'shared/coding.yaml',
    find: '%coded.code',
    put: '%a.code',
    says: /no variable %a here/,
  },
  {
    what: 'a condition on what is not known yet',
    file: 'symptom/relative.yaml',
    find: "filledBy.role != 'self'",
    put: "'%urls.patient.exists()'",
    at: '1:7',
    says: /%urls is not known yet/,
  },
  {
    what: 'a text that another language lacks',
    file: 'texts/sv.yaml',
    find: 'heading: Bakgrund\n',
    put: '',
    at: '1:1',
    says: /The text "heading" is not here/,
  },
  {
    what: 'a kind with a mapping that is not there',
    file: 'kinds.yaml',
    find: 'symptom',
    put: 'symptoms',
    says: /mapping of a kind is one of generic, symptom \(did you mean "symptom"\?\)/,
  },
  {
    what: 'a kind that is there twice',
    file: 'kinds.yaml',
    find: '- id: cough',
    put: '- { id: cough, mapping: symptom, status: retired, titles: {} }\n- id: cough',
    at: '2:7',
    says: /Another kind has the id "cough" too/,
  },
  {
    what: 'a number of a service that two kinds have',
    file: 'kinds.yaml',
    find: '- id: cough',
    put: "- { id: cold, mapping: symptom, status: active, titles: {}, serviceId: '649' }\n- serviceId: '649'\n  id: cough",
    at: '2:14',
    says: /Another kind has the serviceId "649" too/,
  },
  {
    what: 'an unknown member of a kind',
    file: 'kinds.yaml',
    find: 'status: active',
    put: 'statos: active\n  status: active',
    says: /A kind has no "statos" \(did you mean "status"\?\)/,
  },
  {
    what: 'a status that is none',
    file: 'kinds.yaml',
    find: 'active',
    put: 'activ',
    says: /status of a kind is one of active, retired \(did you mean "active"\?\)/,
  },
  {
    what: 'a title in another language',
    file: 'kinds.yaml',
    find: 'sv: Hosta',
    put: 'se: Hosta',
    says: /A text by language has no "se" \(did you mean "sv"\?\)/,
  },
  {
    what: 'a need that the assessment does not know',
    file: 'symptom/mapping.yaml',
    find: 'name: symptom',
    put: 'name: symptom\nneeds: [recipient.queu]',
    at: '2:19',
    says: /recipient has no "queu" \(did you mean "queue"\?\)/,
  },
  {
    what: 'a need that may come several times',
    file: 'symptom/mapping.yaml',
    find: 'name: symptom',
    put: 'name: symptom\nneeds: [sections.id]',
    at: '2:9',
    says: /"sections.id" may come several times/,
  },
  {
    what: 'a need that is no path',
    file: 'symptom/mapping.yaml',
    find: 'name: symptom',
    put: 'name: symptom\nneeds: [urgency.exists()]',
    at: '2:9',
    says: /a plain path into the assessment/,
  },
  {
    what: 'a list to extend that is not there',
    file: 'symptom/mapping.yaml',
    find: 'name: symptom',
    put: 'name: symptom\nextends: ../resource.yaml',
    at: '2:10',
    says: /There is no file mappings\/resource\.yaml/,
  },
  {
    what: 'a list to extend that lies outside',
    file: 'symptom/mapping.yaml',
    find: 'name: symptom',
    put: 'name: symptom\nextends: ../../resources.yaml',
    at: '2:10',
    says: /leads out of the mappings folder/,
  },
  {
    what: 'something to extend that is no list',
    file: 'symptom/mapping.yaml',
    find: 'name: symptom',
    put: 'name: symptom\nextends: ../settings.yaml',
    place: 'mappings/settings.yaml:1:1',
    says: /A list of resources is expected here/,
  },
  {
    what: 'an unknown member of a mapping',
    file: 'symptom/mapping.yaml',
    find: 'name: symptom',
    put: 'name: symptom\nneed: [urgency]',
    at: '2:1',
    says: /A mapping has no "need" \(did you mean "needs"\?\)/,
  },
  {
    what: 'an unknown member of a resource of a mapping',
    file: 'symptom/mapping.yaml',
    find: 'template: task.yaml',
    put: 'template: task.yaml, optional: true',
    at: '7:40',
    says: /A resource of a mapping has no "optional"/,
  },
  {
    what: 'a layout that is not listed',
    file: 'layouts.yaml',
    find: 'layout: short',
    put: 'layout: shrot',
    at: '4:27',
    says: /A layout is one of standard, short \(did you mean "short"\?\)/,
  },
  {
    what: 'a default layout that is not listed',
    file: 'layouts.yaml',
    find: 'default: standard',
    put: 'default: standart',
    at: '1:10',
    says: /A layout is one of standard, short \(did you mean "standard"\?\)/,
  },
  {
    what: 'a layout that is listed twice',
    file: 'layouts.yaml',
    find: 'short]',
    put: 'short, short]',
    at: '2:28',
    says: /The layout "short" is there twice/,
  },
  {
    what: 'a heading language that there is not',
    file: 'layouts.yaml',
    find: '{ layout',
    put: '{ headingLanguage: se, layout',
    at: '4:36',
    says: /A heading language is one of fi, sv, en \(did you mean "sv"\?\)/,
  },
  {
    what: 'a recipient that is no OID',
    file: 'layouts.yaml',
    find: '1.2.246.10.7',
    put: 'Emergency',
    says: /named by its OID \(1\.2\.246…\); "Emergency" is none/,
  },
  {
    what: 'an unknown member of a recipient',
    file: 'layouts.yaml',
    find: '{ layout',
    put: '{ language: sv, layout',
    at: '4:19',
    says: /A recipient has no "language"/,
  },
  {
    what: 'a case for a layout that there is not',
    file: TASK,
    find: "description: '{{ %kind.title }}: {{ %urgency.text }}'",
    put: "description: { $switch: '%layout', $cases: { brief: x } }",
    at: '6:46',
    says: /never "brief": it is one of standard, short/,
  },
  {
    what: 'a heading language of the settings that there is not',
    file: 'settings.yaml',
    find: 'fi',
    put: 'fr',
    says: /The heading language is one of fi, sv, en/,
  },
  {
    what: 'a base that is no address',
    file: 'settings.yaml',
    find: 'https://region.example/fhir',
    put: 'region',
    says: /settings\.yaml needs base: an address/,
  },
  {
    what: 'an unknown member of an urgency class',
    file: 'urgency.yaml',
    find: 'duration',
    put: 'durations',
    says: /An urgency class has no "durations" \(did you mean "duration"\?\)/,
  },
  {
    what: 'a duration that is none',
    file: 'urgency.yaml',
    find: 'PT0S',
    put: 'at once',
    says: /duration in ISO 8601/,
  },
];

describe('a mistake in a mapping is told at its place', () => {
  test.each(planted)('$what', ({ file, find, put, at, place, says }) => {
    const before = files[file] ?? '';
    const start = before.indexOf(find);
    expect(start, 'the fixture holds what is to be changed').toBeGreaterThanOrEqual(0);
    const lines = before.slice(0, start).split('\n');
    const begin = `${lines.length}:${(lines.at(-1) ?? '').length + 1}`;
    const mistakes = mistakesOf({ [file]: before.replace(find, put) });
    const expected = { at: place ?? `mappings/${file}:${at ?? begin}`, text: expect.stringMatching(says) };
    expect(mistakes).toEqual([expected]);
  });

  test('all mistakes of all files at once, in the order of files and lines', () => {
    const mistakes = mistakesOf({
      [TASK]: files[TASK]?.replace('requested', 'x').replace('order', 'y'),
      [PATIENT]: files[PATIENT]?.replace('birthDate:', 'x:'),
    });
    expect(mistakes.map(({ at }) => at)).toEqual([
      `mappings/${PATIENT}:12:1`,
      `mappings/${TASK}:2:9`,
      `mappings/${TASK}:3:9`,
    ]);
  });

  test('none is invented where there is none', () => {
    expect(mistakesOf({})).toEqual([]);
  });
});

function mistakesOf(changed: Readonly<Record<string, string | undefined>>) {
  try {
    load(changed);
    return [];
  } catch (error) {
    if (error instanceof BridgeError && error.code === 'mapping-invalid') return error.details;
    throw error;
  }
}
