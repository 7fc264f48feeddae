import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { newsReceiver } from '../../src/delivery/news-receiver.ts';
import { BridgeError } from '../../src/errors.ts';
import { temporaryFolder } from '../temporary.ts';
import { newSecret, newsServer, openNewsHouse, verified } from './news-house.ts';

const URL = 'https://sender.example/news';

function receiverWith(content: string, url = URL) {
  const secretFile = join(temporaryFolder(), 'news.secret');
  writeFileSync(secretFile, content);
  return newsReceiver({ url, secretFile });
}

/** What is told to the operator of a configuration that is refused. */
function refusal(make: () => unknown): BridgeError {
  try {
    make();
  } catch (error) {
    if (error instanceof BridgeError) return error;
  }
  throw new Error('it was not refused');
}

describe('signatures', () => {
  it('are those of Standard Webhooks: HMAC-SHA256 over id, seconds and body', () => {
    const secret = newSecret();
    const body = '{"name":"ÄÖ"}';
    const headers = receiverWith(secret).sign('news-1', 1_700_000_000_999, body);
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const signature = createHmac('sha256', key).update(`news-1.1700000000.${body}`).digest('base64');
    expect(headers).toEqual({
      'webhook-id': 'news-1',
      'webhook-timestamp': '1700000000',
      'webhook-signature': `v1,${signature}`,
    });
  });

  it('verify with each of several secrets, and with no other', () => {
    const secrets = [newSecret(), newSecret()];
    const { sign } = receiverWith(`# the old one goes in June\n\n${secrets.join('\r\n')}\n`);
    const headers = { ...sign('news-1', Date.now(), '{}') };
    for (const secret of secrets) expect(new Webhook(secret).verify('{}', headers)).toEqual({});
    expect(() => new Webhook(newSecret()).verify('{}', headers)).toThrow();
    expect(() => new Webhook(secrets[0] ?? '').verify('{ }', headers)).toThrow();
  });

  it('are fresh at each try, while the id stays', async () => {
    const house = await openNewsHouse();
    const secret = newSecret();
    const receiver = await newsServer((response) => response.writeHead(500).end());
    await house.editions('one', 1);
    let ahead = -200_000;
    house.send({
      url: receiver.url,
      secrets: [secret],
      clock: {
        now: () => Date.now() + ahead,
        after(_delay, run) {
          const timer = setTimeout(run, 1);
          return () => clearTimeout(timer);
        },
      },
      settings: { times: { first: 1, most: 1, told: 1 } },
    });
    await house.until(() => receiver.posted.length > 0);
    ahead = 0;
    await house.until(
      () =>
        receiver.posted.at(-1)?.headers['webhook-timestamp'] !==
        receiver.posted[0]?.headers['webhook-timestamp'],
    );
    expect(new Set(receiver.posted.map(({ id }) => id)).size).toBe(1);
    for (const news of receiver.posted) expect(verified(news, secret)).toEqual(news.body);
  });
});

describe('a configuration that cannot work is refused at the start', () => {
  it('when the file of secrets cannot be read', () => {
    const secretFile = join(temporaryFolder(), 'missing.secret');
    const error = refusal(() => newsReceiver({ url: URL, secretFile }));
    expect(error).toMatchObject({ code: 'configuration-invalid', details: [{ at: secretFile }] });
  });

  it('when it holds no secret', () => {
    expect(refusal(() => receiverWith('# none yet\n')).details[0]?.text).toContain('holds none');
  });

  it.each([
    ['has no prefix', Buffer.alloc(32, 7).toString('base64')],
    ['is too short', `whsec_${Buffer.alloc(23, 7).toString('base64')}`],
    ['is too long', `whsec_${Buffer.alloc(65, 7).toString('base64')}`],
    ['is not base64', `whsec_${'?'.repeat(44)}`],
    ['is cut', `whsec_${Buffer.alloc(32, 7).toString('base64').slice(0, -3)}`],
    ['is the public key of another scheme', `whpk_${Buffer.alloc(32, 7).toString('base64')}`],
  ])('when a secret %s, without repeating it', (_, line) => {
    const error = refusal(() => receiverWith(`${newSecret()}\n${line}\n`));
    expect(error.details[0]?.at).toMatch(/news\.secret:2$/);
    expect(JSON.stringify([error.message, error.details])).not.toContain(line.slice(6, 20));
  });

  it.each(['ftp://sender.example/', 'sender.example', 'https://', 'https://user:word@sender.example/'])(
    'when the address is %s',
    (url) => {
      expect(refusal(() => receiverWith(newSecret(), url))).toMatchObject({ code: 'configuration-invalid' });
    },
  );

  it('and never otherwise than with a BridgeError', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (content) => {
        expect(refusal(() => receiverWith(content.replaceAll('whsec_', ''), URL)).code).toBe(
          'configuration-invalid',
        );
      }),
      { numRuns: 50 },
    );
  });
});
