import { describe, expect, it } from 'vitest';
import type { Assessment } from '../../src/assessment/assessment.ts';
import { assessment, context, load } from './folder.ts';

const LAYOUTS = `default: standard
layouts: [standard, short, long]
recipients:
  1.2.246.10.1: { layout: long, headingLanguage: en }
  1.2.246.10.2: { layout: short }
  1.2.246.10.3: { headingLanguage: sv }
`;

const organisation = { oid: '1.2.246.10.1' };
const other = { oid: '1.2.246.10.9' };

describe('layouts', () => {
  it.each<[string, Assessment['recipient'], string]>([
    [
      'what nobody names has the default and the heading language of the settings',
      { organisation: other },
      'standard fi Esitiedot Vuorokaudessa',
    ],
    ['an organisation has its own', { organisation }, 'long en History –'],
    [
      'a queue goes before the organisation, in what it says',
      { organisation, queue: { oid: '1.2.246.10.2' } },
      'short en History –',
    ],
    [
      'a unit goes before the queue',
      { organisation, queue: { oid: '1.2.246.10.2' }, unit: { oid: '1.2.246.10.3' } },
      'short sv Bakgrund Inom ett dygn',
    ],
    ['a unit that nobody names changes nothing', { organisation, unit: other }, 'long en History –'],
  ])('%s', (_, recipient, gives) => {
    expect(textFor(recipient, LAYOUTS)).toBe(gives);
  });

  it('without layouts.yaml there is one layout', () => {
    expect(textFor({ organisation }, undefined)).toBe('standard fi Esitiedot Vuorokaudessa');
  });

  it("texts of the assessment's own language stay in it", () => {
    const template = "resourceType: Patient\nname:\n  - text: '{{ %ownText.heading }}'\n";
    const [entry] = mapped({ organisation }, template, LAYOUTS);
    expect(entry?.resource).toMatchObject({ name: [{ text: 'Bakgrund' }] });
  });

  it('changes of a layout change the digest', () => {
    const digests = [LAYOUTS, LAYOUTS.replace('short }', 'long }'), undefined].map(
      (layouts) => load({ 'layouts.yaml': layouts }).digest,
    );
    expect(new Set(digests).size).toBe(3);
  });
});

function textFor(recipient: Assessment['recipient'], layouts: string | undefined): unknown {
  const template = `resourceType: Patient
name:
  - text: "{{ %layout }} {{ %headingLanguage }} {{ %text.heading }} {{ iif(%urgency.text.exists(), %urgency.text, '–') }}"
`;
  const [entry] = mapped(recipient, template, layouts);
  return entry?.resource?.resourceType === 'Patient' ? entry.resource.name?.[0]?.text : undefined;
}

function mapped(recipient: Assessment['recipient'], template: string, layouts: string | undefined) {
  const mappings = load({
    'layouts.yaml': layouts,
    'symptom/mapping.yaml': 'name: symptom\nresources: [{ name: patient, template: patient.yaml }]\n',
    'symptom/patient.yaml': template,
  });
  return mappings.map(assessment({ recipient, urgency: { class: 'P3' } }), context).bundle.entry ?? [];
}
