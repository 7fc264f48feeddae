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

  it('passes on what is set, and derives what is not', () => {
    const given = { ...recordSystem, RECORD_SCOPE: 'system/*.c', DATA_DIR: '/srv/bridge' };
    expect(readConfig({ ...given, FHIR_PACKAGES: '/a::/b:' })).toMatchObject({
      dataKeyFile: '/srv/bridge/data.key',
      packages: ['/a', '/b'],
      recordSystem: {
        url: 'https://record.example/fhir',
        tokenUrl: 'https://record.example/token',
        clientId: 'bridge',
        keyFile: '/run/secrets/record.pem',
        keyId: 'k1',
        algorithm: 'ES384',
        scope: 'system/*.c',
      },
    });
    expect(readConfig({ DATA_KEY_FILE: '/keys/own' }).dataKeyFile).toBe('/keys/own');
  });

  it.each([
    ['PORT', 0, 65_535],
    ['BODY_LIMIT', 1024, 104_857_600],
    ['BODY_DEPTH', 8, 256],
    ['CONCURRENCY', 1, 256],
    ['TWIN_PORT', 0, 65_535],
  ])('takes %s from %i to %i', (name, least, most) => {
    expect([least, most].map((value) => places({ [name]: String(value) }))).toEqual([[], []]);
    expect([least - 1, most + 1].map((value) => places({ [name]: String(value) }))).toEqual([[name], [name]]);
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

  it('shares nothing with other processes unless told where', () => {
    const config = readConfig({});
    expect([config.databaseUrl, config.redis, config.webhook, config.alarm, config.keepFinished]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(config).toMatchObject({ lease: 60_000, callTimeout: 30_000 });
    expect([...config.alarmAfter]).toEqual([
      [0, 15 * 60_000],
      [1, 60 * 60_000],
    ]);
  });

  it('takes a database, a Redis, and where news goes', () => {
    const config = readConfig({
      DATABASE_URL: 'postgres://bridge@db/bridge',
      DATA_KEY_FILE: '/keys/data.key',
      REDIS_URL: 'rediss-sentinel://a:26379,b:26379/bridge',
      REDIS_CA_FILE: '/ca.pem',
      LEASE: '5',
      RECORD_TIMEOUT: '2',
      RECORD_RATE: '50',
      WEBHOOK_URL: 'https://omaolo.example/news',
      WEBHOOK_SECRET_FILE: '/secret',
      ALARM_AFTER_P0: 'PT5M',
      KEEP_FINISHED: '30',
    });
    expect(config).toMatchObject({
      databaseUrl: 'postgres://bridge@db/bridge',
      redis: { url: 'rediss-sentinel://a:26379,b:26379/bridge', caFile: '/ca.pem', prefix: 'bridge' },
      lease: 5000,
      callTimeout: 2000,
      rate: 50,
      webhook: { url: 'https://omaolo.example/news', secretFile: '/secret' },
      keepFinished: 30 * 86_400_000,
    });
    expect(config.alarmAfter.get(0)).toBe(300_000);
  });

  it('names what goes together and what is no duration', () => {
    expect(places({ WEBHOOK_URL: 'https://omaolo.example/news' })).toEqual(['environment']);
    expect(told({ DATABASE_URL: 'postgres://bridge@db/bridge' })).toContain('DATA_KEY_FILE');
    expect(places({ ALARM_AFTER_P1: 'PONTIAC' })).toEqual(['ALARM_AFTER_P1']);
    expect(places({ DATABASE_URL: 'mysql://db', DATA_KEY_FILE: '/k' })).toEqual(['DATABASE_URL']);
  });

  it('does not repeat a password that stands in an address', () => {
    expect(
      told({ DATABASE_URL: 'mysql://bridge:salainen@db', REDIS_URL: 'http://:salainen@r' }),
    ).not.toContain('salainen');
  });
});
