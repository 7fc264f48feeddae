import { expect, it } from 'vitest';
import { bundleIndex } from '../../src/fhir/references.ts';

it('resolves the entries of a Bundle by address, and by type and id only where the address is one of a server', () => {
  const resource = (id: string) => ({ resourceType: 'Patient', id });
  const entry = [
    { fullUrl: 'https://record.example/R4/Patient/a', resource: resource('a') },
    { fullUrl: 'urn:uuid:7d4e5b0a-6f0c-4a53-9f39-0f1c6a7d2b11', resource: resource('b') },
    { resource: resource('c') },
    { fullUrl: 'https://record.example/R4/Patient/d' },
  ];
  expect([...bundleIndex({ resourceType: 'Bundle', entry }).keys()]).toEqual([
    'https://record.example/R4/Patient/a',
    'Patient/a',
    'urn:uuid:7d4e5b0a-6f0c-4a53-9f39-0f1c6a7d2b11',
    'Patient/c',
  ]);
});
