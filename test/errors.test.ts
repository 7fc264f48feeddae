import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { BridgeError, errorCodes, errorEntry, traceOf } from '../src/errors.ts';

const contract = parse(readFileSync('openapi.yaml', 'utf8'));

describe('the catalogue of errors', () => {
  it('lists the same codes as openapi.yaml: those that an answer can carry', () => {
    const answers = errorCodes.filter((code) => errorEntry(code).status !== undefined);
    expect(contract.components.schemas.ErrorCode.enum).toEqual(answers);
  });

  it('says of each error what it is and what to do, in whole sentences', () => {
    for (const code of errorCodes) {
      const { text, action } = errorEntry(code);
      expect([code, text, action]).toEqual([
        code,
        expect.stringMatching(/^[A-Z].*\.$/),
        expect.stringMatching(/^[A-Z].*\.$/),
      ]);
    }
  });

  it('answers 4xx where the sender can mend it and 5xx where not', () => {
    for (const code of errorCodes) {
      const { status, fault } = errorEntry(code);
      if (status !== undefined) expect([code, status < 500]).toEqual([code, fault === 'SENDER']);
    }
  });

  it('holds no code that nothing in the bridge uses', () => {
    const sources = globSync('src/**/*.ts')
      .filter((file) => file !== 'src/errors.ts')
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    expect(
      errorCodes.filter((code) => !sources.includes(`'${code}'`) && !sources.includes(` ${code}:`)),
    ).toEqual([]);
  });

  it('begins each message with whose fault it was', () => {
    expect(new BridgeError('hetu-invalid').message).toMatch(/^SENDER hetu-invalid: /);
  });
});

describe('what the log says of a failure', () => {
  it('names it, its place and what caused it, and repeats no message', () => {
    const cause = new TypeError('KANARIALINTU\n    at KANARIALINTU');
    const trace = traceOf(new BridgeError('internal', [{ text: 'KANARIALINTU' }], { cause }));
    expect(trace).toMatchObject({ name: 'BridgeError', code: 'internal', cause: { name: 'TypeError' } });
    expect(trace.at[0]).toMatch(/^at .*errors\.test\.ts/);
    expect(JSON.stringify(trace)).not.toContain('KANARIALINTU');
  });

  it('takes whatever was thrown', () => {
    expect(traceOf('KANARIALINTU')).toEqual({ name: 'string', at: [] });
  });
});
