import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import pg from "pg";
import { makeEmptyDatabase } from "../../../test/start-test-app.ts";
import { createLog } from "../../lib/log.ts";
import { sha256 } from "../../lib/sha256.ts";
import { openDatabase } from "../../storage/database.ts";
import { migrate } from "../../storage/migrate.ts";
import { readChunks, readDocument } from "../knowledge.store.ts";

const FOLDER = join(import.meta.dirname, "../../storage/migrations");

test("documents of before have their version, and what was cited of them is still shown to those who may see it", async () => {
  const { owner, superuser } = await makeEmptyDatabase();
  const before = new pg.Client({ connectionString: owner });
  await before.connect();
  await before.query("create table baton_migration (name text primary key, hash text not null, applied_at timestamptz not null default now())");
  for (const name of readdirSync(FOLDER).sort().filter((each) => each < "0019")) {
    const text = readFileSync(join(FOLDER, name), "utf8");
    await before.query(text);
    await before.query("insert into baton_migration (name, hash) values ($1, $2)", [name, sha256(text)]);
  }
  await before.end();
  const sql = new pg.Client({ connectionString: superuser });
  await sql.connect();
  await sql.query("insert into tenant (id, name, knowledge_version) values ('acme', 'Acme', 7)");
  await sql.query("insert into document (tenant_id, id, path, title, language, audience, body, content_hash, updated_at) values ('acme', 'doc_a', 'a.md', 'A', 'en', '{public}', 'Text.', 'h', now())");
  await sql.query("insert into chunk (tenant_id, id, document_id, ordinal, heading, body, start_offset, end_offset, audience, is_current) select 'acme', 'chunk_' || n, case when n = 4 then 'doc_gone' else 'doc_a' end, 0, 'A', 'Text ' || n, 0, 6, case when n = 3 then '{employee}'::text[] else '{public}' end, n = 1 from generate_series(1, 4) n");
  await sql.end();
  await migrate(owner);
  const database = openDatabase({ connectionString: owner, maxConnections: 2, log: createLog({ level: "error", isPretty: true }) });
  const ids = ["chunk_1", "chunk_2", "chunk_3", "chunk_4"];
  const seenBy = async (audience: string) => (await readChunks(database, "acme", [audience], ids)).map((chunk) => chunk.chunkId).sort();
  assert.deepEqual([await seenBy("public"), await seenBy("employee")], [["chunk_1", "chunk_2", "chunk_4"], []], "one that the document is closed to sees none of it");
  assert.equal((await readDocument(database, "acme", ["public"], "doc_a"))?.body, "Text.");
  assert.equal(await readDocument(database, "acme", ["public"], "doc_gone"), null);
  await database.close();
});
