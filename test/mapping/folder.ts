import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Assessment } from '../../src/assessment/assessment.ts';
import { loadDefinitions } from '../../src/fhir/definitions.ts';
import { readContract } from '../../src/intake/contract.ts';
import type { JsonSchema } from '../../src/mapping/check/shape.ts';
import { loadMappings, type Mappings } from '../../src/mapping/mappings.ts';
import { temporaryFolder } from '../temporary.ts';

/** The contract of the assessment, as openapi.yaml has it. */
export const contract = readContract(
  readFileSync(join(import.meta.dirname, '..', '..', 'openapi.yaml'), 'utf8'),
);

export const sourceSchema: JsonSchema = {
  $ref: '#/components/schemas/Assessment',
  components: { schemas: contract.schemas },
};

export const definitions = loadDefinitions();

/** A mappings folder of one mapping that uses every directive; it has no mistake. */
export const files: Readonly<Record<string, string>> = {
  'settings.yaml': `headingLanguage: fi
base: https://region.example/fhir
systems:
  edition: https://region.example/editions
`,
  'urgency.yaml': `P0: { texts: { fi: Heti }, duration: PT0S }
P1: {}
P2: {}
P3: { texts: { fi: Vuorokaudessa, sv: Inom ett dygn } }
P4: {}
P5: {}
P6: {}
P7: {}
P8: {}
`,
  'layouts.yaml': `default: standard
layouts: [standard, short]
recipients:
  1.2.246.10.7: { layout: short }
`,
  'texts/fi.yaml': 'answers: { yes: Kyllä, no: Ei }\nheading: Esitiedot\n',
  'texts/sv.yaml': 'answers: { yes: Ja, no: Nej }\nheading: Bakgrund\n',
  'texts/en.yaml': 'answers: { yes: Yes, no: No }\nheading: History\n',
  'kinds.yaml': `- id: cough
  mapping: symptom
  status: active
  titles: { fi: Yskä, sv: Hosta }
`,
  'codes/priority.json': `{
  "resourceType": "ConceptMap",
  "status": "active",
  "group": [
    {
      "target": "http://hl7.org/fhir/request-priority",
      "element": [
        { "code": "P0", "target": [{ "code": "stat", "display": "Stat", "equivalence": "wider" }] }
      ],
      "unmapped": { "mode": "fixed", "code": "routine" }
    }
  ]
}
`,
  'shared/coding.yaml': `system: '{{ %coded.system }}'
code: '{{ %coded.code }}'
display: '{{ %coded.label }}'
`,
  'generic/mapping.yaml': `name: generic
resources:
  - { name: patient, template: ../symptom/patient.yaml }
`,
  'symptom/mapping.yaml': `name: symptom
resources:
  - { name: patient, template: patient.yaml }
  - { name: relative, template: relative.yaml }
  - { name: response, template: response.yaml }
  - { name: measurement, template: measurement.yaml }
  - { name: task, template: task.yaml }
  - { name: note, template: note.yaml }
`,
  'symptom/patient.yaml': `resourceType: Patient
language: '{{ language }}'
identifier:
  - $if: client.hetu.exists()
    system: urn:oid:1.2.246.21
    value: '{{ client.hetu }}'
name:
  - family: '{{ client.names.family }}'
    given: '{{ client.names.given }}'
telecom:
  - { system: phone, value: '{{ client.contact.phone }}' }
birthDate: '{{ client.birthDate }}'
`,
  'symptom/relative.yaml': `$if: filledBy.role != 'self'
resourceType: RelatedPerson
patient: { reference: '{{ %urls.patient }}' }
name:
  - text: "{{ filledBy.person.names.given.join(' ') }} {{ filledBy.person.names.family }}"
`,
  'symptom/response.yaml': `resourceType: QuestionnaireResponse
status: completed
authored: '{{ times.completed }}'
author: { reference: '{{ %urls.relative }}' }
item:
  - $for: s in sections
    linkId: '{{ %s.id }}'
    text: '{{ %s.title }}'
    item:
      - $for: q in %s.questions
        $let: { given: '{{ %q.answers }}' }
        linkId: '{{ %q.id }}'
        text: '{{ %q.text }}'
        answer:
          - $for: a in %given
            $switch: '%q.type'
            $cases:
              boolean: { valueBoolean: '{{ %a.value }}' }
              integer: { valueInteger: '{{ %a.value }}' }
              choice: { valueCoding: { $include: ../shared/coding.yaml, $with: { coded: '{{ %a }}' } } }
              choices: { valueCoding: { $include: ../shared/coding.yaml, $with: { coded: '{{ %a }}' } } }
            $default: { valueString: '{{ %a.value.toString() }}' }
`,
  'symptom/measurement.yaml': `$for: m in measurements
resourceType: Observation
status: final
code:
  coding:
    - { system: '{{ %m.system }}', code: '{{ %m.code }}', display: '{{ %m.label }}' }
subject: { reference: '{{ %urls.patient }}' }
effectiveDateTime: '{{ %m.time }}'
valueQuantity:
  value: '{{ %m.value }}'
  unit: '{{ %m.unit }}'
note:
  - text: 'Mittaus {{ %mIndex }}'
`,
  'symptom/task.yaml': `resourceType: Task
status: requested
intent: order
priority:
  $translate: { map: priority, code: urgency.class, as: code }
description: '{{ %kind.title }}: {{ %urgency.text }}'
for: { reference: '{{ %urls.patient }}' }
focus: { reference: '{{ %urls.response }}' }
relevantHistory:
  - $for: url in %urls.measurement
    reference: '{{ %url }}'
`,
  'symptom/note.yaml': `resourceType: DocumentReference
status: current
content:
  - attachment:
      contentType: text/plain
      data:
        $base64:
          $text:
            - '{{ %text.heading }}'
            - ''
            - $for: s in sections
              $value:
                - '{{ %s.title }}'
                - $for: q in %s.questions
                  $text:
                    - '{{ %q.text }}'
                    - $for: a in %q.answers
                      $switch: '%q.type'
                      $cases:
                        boolean: "- {{ iif(%a.value, %text.answers.yes, %text.answers.no) }}"
                        choice: '- {{ %a.label }}'
                        choices: '- {{ %a.label }}'
                        attachment: '- {{ %a.title }}'
                      $default: '- {{ %a.value }}'
            - $if: summary.exists()
              $value: ['', '{{ summary }}']
`,
};

/** Writes a mappings folder with some files changed, added or (undefined) left out. */
export function writeFolder(changed: Readonly<Record<string, string | undefined>> = {}): string {
  const folder = join(temporaryFolder(), 'mappings');
  for (const [name, text] of Object.entries({ ...files, ...changed })) {
    if (text === undefined) continue;
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** Loads the folder above with some files changed. */
export function load(changed: Readonly<Record<string, string | undefined>> = {}): Mappings {
  return loadMappings({ folder: writeFolder(changed), definitions, sourceSchema });
}

/** A small assessment that keeps to the contract. */
export function assessment(changed: Partial<Assessment> = {}): Assessment {
  return contract.assessment({
    id: 'a-1',
    edition: 1,
    kind: { id: 'cough', version: '1' },
    language: 'sv',
    times: { completed: '2026-03-02T10:00:00+02:00', sent: '2026-03-02T10:01:00+02:00' },
    client: { hetu: '010190-900P', names: { family: 'Testi', given: ['Aino'] } },
    filledBy: { role: 'self' },
    recipient: { organisation: { oid: '1.2.246.10.1' } },
    consent: { given: true },
    sections: [],
    ...changed,
  });
}

/** The context that tests map in. */
export const context = { messageId: 'm-1', source: 'omaolo', acceptedAt: '2026-03-02T10:02:00+02:00' };
