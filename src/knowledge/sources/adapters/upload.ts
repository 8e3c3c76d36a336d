import { z } from "zod";
import { defineSourceKind } from "../source-kind.ts";
import { listFiles, readFileBytes } from "../source.store.ts";

const PAGE = 1_000;

/** Files given in the console or over HTTP; their bytes are in PostgreSQL, so every process and every backup has them. */
export const uploadKind = defineSourceKind({
  kind: "upload", concurrency: 2, removals: "deliberate", settings: z.strictObject({}),
  open({ tenantId, sourceId }, { database }) {
    return Promise.resolve({
      async list(cursor: string | null) {
        const files = await listFiles(database, tenantId, sourceId, { after: cursor ?? "", limit: PAGE });
        return { items: files.map((file) => ({ item: file.name, uri: null, fingerprint: file.sha256 })), next: files.length === PAGE ? (files.at(-1)?.name ?? null) : null };
      },
      async fetch({ item }) {
        const file = await readFileBytes(database, tenantId, sourceId, item);
        if (file === null) return { kind: "gone" };
        return { kind: "taken", content: { kind: "file", bytes: file.bytes, name: item, mediaType: file.mediaType, updatedAt: file.uploadedAt }, fingerprint: file.sha256 };
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  },
});
