import { expect, it } from 'vitest';
import { assessment, context, load } from './folder.ts';

const shared = `- { name: patient, template: symptom/patient.yaml }
- { name: task, template: symptom/plain.yaml }
`;
const own = `resourceType: Task
status: draft
intent: plan
for: { reference: '{{ %urls.patient }}' }
`;

function taskAndOrder(mapping: string, files: Record<string, string> = {}) {
  const mappings = load({
    'resources.yaml': shared,
    'symptom/plain.yaml': own.replace('draft', 'requested'),
    'symptom/own.yaml': own,
    'symptom/mapping.yaml': mapping,
    ...files,
  });
  const { bundle, digest } = mappings.map(assessment(), context);
  const resources = (bundle.entry ?? []).flatMap(({ resource }) => resource ?? []);
  return {
    order: resources.map(({ resourceType }) => resourceType),
    task: resources.find((resource) => resource.resourceType === 'Task'),
    digest,
  };
}

it('a mapping that only extends a list makes what the list says', () => {
  const { order, task } = taskAndOrder('name: symptom\nextends: ../resources.yaml\n');
  expect(order).toEqual(['Patient', 'Task']);
  expect(task?.status).toBe('requested');
});

it('a resource of its own stands in the place of the shared one, and a new one after them', () => {
  const { order, task } = taskAndOrder(`name: symptom
extends: ../resources.yaml
resources:
  - { name: task, template: own.yaml }
  - { name: note, template: plain.yaml }
`);
  expect(order).toEqual(['Patient', 'Task', 'Task']);
  expect(task?.status).toBe('draft');
});

it('a changed list is another version of the mappings that extend it', () => {
  const mapping = 'name: symptom\nextends: ../resources.yaml\n';
  const before = taskAndOrder(mapping);
  const after = taskAndOrder(mapping, {
    'resources.yaml': shared.replace('symptom/plain.yaml', 'symptom/own.yaml'),
  });
  expect(after.task?.status).toBe('draft');
  expect(after.digest).not.toBe(before.digest);
});
