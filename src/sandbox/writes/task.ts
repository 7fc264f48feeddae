import { required, type Write } from './checks.ts';

/** Task.Update: the status may change; tasks themselves come from the record system's own work. */
export const writeTask: Write = (store, body, id) => {
  const status = required(body, 'status');
  const known = store.get('Task', id)?.resource;
  return { resource: { ...known, resourceType: 'Task', id, ...{ status } } };
};
