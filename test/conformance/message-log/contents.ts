import { v7 } from 'uuid';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MessageLog } from '../../../src/log/log.ts';
import { claimAll, claimOne, NOON, newMessage, type Suite } from './house.ts';

export function contents({ name, makeStore, openLog }: Suite): void {
  describe(`the message log on ${name}: what messages say`, () => {
    it('keeps what a payload is written in', async () => {
      const log = await openLog();
      const message = newMessage({ format: 'questionnaire-response' });
      await log.accept(message);
      await log.accept(newMessage());
      expect((await claimAll(log)).map(({ format }) => format).sort()).toEqual([
        'assessment',
        'questionnaire-response',
      ]);
      expect(await log.content(message.id)).toMatchObject({ format: 'questionnaire-response' });
    });

    it('gives a message back as it came, and the bundle once it is mapped', async () => {
      const log = await openLog();
      const message = newMessage();
      await log.accept(message);
      const { id, source, kind, format, acceptedAt, correlation, payload } = message;
      const content = await log.content(id);
      expect(content).toEqual({
        id,
        source,
        kind,
        format,
        acceptedAt,
        correlation,
        payload: new Uint8Array(payload),
      });
      const mapped = { mapping: 'symptom', digest: 'd1', bundle: '{"ä":1}' };
      await log.mapped(await claimOne(log), { ...mapped, at: NOON });
      expect((await log.content(id))?.mapped).toEqual(mapped);
      expect(await log.content(v7())).toBeUndefined();
    });

    it('gives the newest messages first, of one kind where asked, in pages', async () => {
      const log = await openLog();
      const messages = Array.from({ length: 7 }, (_, i) =>
        newMessage({ kind: i % 2 === 0 ? 'ear' : 'eye', payload: Buffer.from(`{"number":${i}}`) }),
      );
      for (const message of messages) await log.accept(message);
      const numbers = async (options: Parameters<MessageLog['latest']>[0]) =>
        (await log.latest(options)).map(({ payload }) => JSON.parse(Buffer.from(payload).toString()).number);
      expect(await numbers({ limit: 3 })).toEqual([6, 5, 4]);
      expect(await numbers({ limit: 3, after: messages[4]?.id ?? '' })).toEqual([3, 2, 1]);
      expect(await numbers({ limit: 9, kind: 'eye' })).toEqual([5, 3, 1]);
      expect(await numbers({ limit: 1, kind: 'ear', after: messages[4]?.id ?? '' })).toEqual([2]);
      expect(await numbers({ limit: 9, kind: 'nose' })).toEqual([]);
    });

    it('keeps each version of the mappings, found by its own digest and by those of its mappings', async () => {
      const store = makeStore();
      const before = await store.open();
      const version = {
        digest: 'folder-1',
        at: NOON,
        mappings: [
          { name: 'symptom', digest: 'symptom-1' },
          { name: 'generic', digest: 'generic-1' },
        ],
        files: '{"generic/mapping.yaml":"ä"}',
      };
      await before.keepMappings(version);
      await before.keepMappings({ ...version, at: NOON + 1 });
      await before.keepMappings({
        digest: 'folder-2',
        at: NOON + 2,
        mappings: [
          { name: 'symptom', digest: 'symptom-2' },
          { name: 'generic', digest: 'generic-1' },
        ],
        files: '{"generic/mapping.yaml":"ä","symptom/mapping.yaml":"ö"}',
      });
      await before.close();
      const log = await store.open();
      onTestFinished(() => log.close());
      for (const digest of ['folder-1', 'symptom-1', 'generic-1']) {
        expect(await log.mappingFiles(digest)).toBe(version.files);
      }
      for (const digest of ['folder-2', 'symptom-2']) {
        expect(await log.mappingFiles(digest)).toContain('symptom/mapping.yaml');
      }
      expect(await log.mappingFiles('symptom-3')).toBeUndefined();
    });
  });
}
