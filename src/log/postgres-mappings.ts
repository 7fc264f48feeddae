import { constants as zlib, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { MessageLog } from './log.ts';
import { type Database, statement } from './postgres-database.ts';
import { bytes } from './rows.ts';

const COMPRESSION = { params: { [zlib.ZSTD_c_compressionLevel]: 3 } };

const known = statement('SELECT FROM mapping_folders WHERE digest = $1');
const insert = statement(`WITH folder AS (
    INSERT INTO mapping_folders (digest, at, files) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING)
  INSERT INTO mapping_versions (digest, name, folder)
  SELECT digest, name, $1 FROM unnest($4::text[], $5::text[]) AS given (digest, name) ON CONFLICT DO NOTHING`);
const find = statement(`SELECT files FROM mapping_folders WHERE digest = $1
  OR digest = (SELECT folder FROM mapping_versions WHERE digest = $1)`);

/** The versions of the mappings that were live. */
export function createMappingVersions(db: Database): Pick<MessageLog, 'keepMappings' | 'mappingFiles'> {
  return {
    async keepMappings({ digest, at, mappings, files }) {
      if ((await db.query(known, [digest])).length > 0) return;
      const digests = mappings.map((mapping) => mapping.digest);
      const names = mappings.map(({ name }) => name);
      await db.query(insert, [digest, at, zstdCompressSync(Buffer.from(files), COMPRESSION), digests, names]);
    },

    async mappingFiles(digest) {
      const [row] = await db.query(find, [digest]);
      return row === undefined ? undefined : zstdDecompressSync(bytes(row, 'files')).toString();
    },
  };
}
