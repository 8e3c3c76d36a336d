import { after, test } from "node:test";
import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import pg from "pg";
import type { Row } from "../../storage/database.ts";
import { searchIndexContract } from "../search-index.contract.ts";
import { createPgvectorIndex, openPgvector, type PgvectorConnection } from "./pgvector.ts";

/** On PGlite's pgvector always; on the server of DATABASE_URL where that has the extension. */

const lite = await PGlite.create({ extensions: { vector } });
after(() => lite.close());
const onLite: PgvectorConnection = { transaction: (work) => lite.transaction((transaction) => work(async (text, values = []) => (await transaction.query<Row>(text, [...values])).rows)) };
const shared = await createPgvectorIndex(onLite);
searchIndexContract("pgvector on PGlite", () => shared);

const connectionString = process.env["DATABASE_URL"];
if (connectionString === undefined || !(await hasVector(connectionString))) test("pgvector on a server", { skip: "no server with the extension vector at DATABASE_URL" });
else {
  const server = openPgvector(connectionString, 4);
  after(() => server.close());
  const index = await createPgvectorIndex(server);
  searchIndexContract("pgvector on a server", () => index);
}

async function hasVector(address: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  const { rowCount } = await client.query("select 1 from pg_available_extensions where name = 'vector'");
  await client.end();
  return rowCount === 1;
}
