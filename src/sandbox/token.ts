import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { type AssertionRules, faultOf } from './assertion.ts';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** The access tokens that the twin gave out. */
export type Tokens = {
  issue(): string;
  valid(token: string): boolean;
  revoke(token: string): void;
};

/** Tokens that live for `seconds` and are forgotten when the twin stops. */
export function createTokens(seconds: number, now: () => Date): Tokens {
  const ends = new Map<string, number>();
  return {
    issue() {
      for (const [token, end] of ends) {
        if (end > now().getTime()) break;
        ends.delete(token);
      }
      const token = randomBytes(32).toString('base64url');
      ends.set(token, now().getTime() + seconds * 1000);
      return token;
    },
    valid: (token) => (ends.get(token) ?? 0) > now().getTime(),
    revoke: (token) => void ends.delete(token),
  };
}

export type TokenOptions = {
  path: string;
  rules: AssertionRules;
  tokens: Tokens;
  seconds: number;
  /** Whether the client has a background user; without one Epic refuses with `unauthorized_client`. */
  backgroundUser: boolean;
  now: () => Date;
};

/** The OAuth token endpoint for backend services (SMART Backend Services): client_credentials, private_key_jwt. */
export function tokenRoute(server: FastifyInstance, options: TokenOptions): void {
  const { path, rules, tokens, seconds, now } = options;
  server.post(path, async (request, reply) => {
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
    const refuse = (error: string, why: string) =>
      reply.code(400).send({ error, error_description: why.slice(0, 200) });
    void reply.header('cache-control', 'no-store');
    if (form.get('grant_type') !== 'client_credentials') {
      return refuse('unsupported_grant_type', 'grant_type must be client_credentials');
    }
    const assertion = form.get('client_assertion');
    if (form.get('client_assertion_type') !== ASSERTION_TYPE || assertion === null) {
      return refuse('invalid_client', 'a signed client assertion is needed');
    }
    const wrong = await faultOf(assertion, rules, now().getTime() / 1000);
    if (wrong !== undefined) return refuse('invalid_client', wrong);
    if (!options.backgroundUser) return refuse('unauthorized_client', 'the client has no background user');
    return {
      access_token: tokens.issue(),
      token_type: 'Bearer',
      expires_in: seconds,
      scope: 'system/DocumentReference.write system/Encounter.read system/Patient.read',
    };
  });
}
