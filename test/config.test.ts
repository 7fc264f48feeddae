import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';
import { BridgeError } from '../src/errors.ts';

const recordSystem = {
  RECORD_URL: 'https://record.example/fhir',
  RECORD_TOKEN_URL: 'https://record.example/token',
  RECORD_CLIENT_ID: 'bridge',
  RECORD_KEY_FILE: '/run/secrets/record.pem',
  RECORD_KEY_ID: 'k1',
};

function places(environment: Record<string, string>): readonly (string | undefined)[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof BridgeError) return error.details.map(({ at }) => at);
    throw error;
  }
}

/** All that an operator is told of what is wrong. */
function told(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    return `${error} ${JSON.stringify(error)}`;
  }
  throw new Error('nothing was found wrong');
}

describe('the configuration', () => {
  it('needs nothing: loopback, SQLite, the twin, artificial identity codes only', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      dataDir: './data',
      hetuPolicy: 'artificial',
    });
    expect(config.recordSystem).toBeUndefined();
  });

  it('takes real identity codes only when there is a record system, and artificial ones on request', () => {
    expect(readConfig(recordSystem).hetuPolicy).toBe('real');
    expect(readConfig({ ...recordSystem, HETU_POLICY: 'artificial' }).hetuPolicy).toBe('artificial');
  });

  it('treats an empty variable as one that is not there', () => {
    expect(readConfig({ PORT: '', RECORD_URL: '' }).port).toBe(8080);
  });

  it('names every variable that is wrong at once, without its value', () => {
    expect(places({ PORT: 'eighty', LOG_LEVEL: 'secret-value', CONCURRENCY: '0' })).toEqual([
      'PORT',
      'LOG_LEVEL',
      'CONCURRENCY',
    ]);
    expect(told({ LOG_LEVEL: 'secret-value', HOST: 'secret-value' })).not.toContain('secret-value');
    expect(told({ HOST: 'secret-value' })).not.toContain('secret-value');
  });

  it('does not listen to others while it cannot sign callers in', () => {
    expect(places({ HOST: '0.0.0.0' })).toEqual(['HOST']);
  });

  it.each(Object.keys(recordSystem))('does not take a record system without %s', (name) => {
    const rest = Object.fromEntries(Object.entries(recordSystem).filter(([other]) => other !== name));
    expect(places(rest).length).toBeGreaterThan(0);
  });
});
