import type { DatabaseSync } from 'node:sqlite';
import { constants as zlib, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { MappingVersion } from './message.ts';
import { bytes } from './rows.ts';

const COMPRESSION = { params: { [zlib.ZSTD_c_compressionLevel]: 3 } };

/** The versions of the mappings that were live, inside the caller's transaction. */
export function createMappingVersions(db: DatabaseSync) {
  const known = db.prepare('SELECT 1 FROM mapping_folders WHERE digest = ?');
  const insertFolder = db.prepare('INSERT INTO mapping_folders (digest, at, files) VALUES (?, ?, ?)');
  const insertVersion = db.prepare(
    'INSERT INTO mapping_versions (digest, name, folder) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const find = db.prepare(
    `SELECT files FROM mapping_folders WHERE digest = ?1
       OR digest = (SELECT folder FROM mapping_versions WHERE digest = ?1)`,
  );

  return {
    keepMappings({ digest, at, mappings, files }: MappingVersion): void {
      if (known.get(digest) !== undefined) return;
      insertFolder.run(digest, at, zstdCompressSync(Buffer.from(files), COMPRESSION));
      for (const mapping of mappings) insertVersion.run(mapping.digest, mapping.name, digest);
    },

    mappingFiles(digest: string): string | undefined {
      const row = find.get(digest);
      return row === undefined ? undefined : zstdDecompressSync(bytes(row, 'files')).toString();
    },
  };
}
