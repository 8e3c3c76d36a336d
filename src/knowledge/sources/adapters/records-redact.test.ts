import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openSyncTown } from "../../../../test/sync-house.ts";
import { createBuiltInRedactor } from "../../../guard/adapters/built-in-redactor.ts";
import { parseDocument } from "../../ingest/parse-document.ts";

let town: Awaited<ReturnType<typeof openSyncTown>>;
before(async () => {
  town = await openSyncTown();
});
after(() => town[Symbol.asyncDispose]());

const ticket = {
  id: "mia.berger@example.com/7", subject: "Refund for Mia Berger", requester: { name: "Mia Berger" }, url: "https://desk.example.com/mia.berger@example.com/7",
  text: "<p>Hi Jonas,</p><p>Berger here. Write to john&#64;example.com or mia&commat;example.com, call +49&nbsp;170&nbsp;1234567, card 4111&nbsp;1111&#x20;1111&nbsp;1111.</p><p>The strap tore.</p><p>Thanks,<br>Ottilie Winter</p>",
};
const SECRETS = ["Mia", "Berger", "Jonas", "Ottilie", "Winter", "john@", "mia@", "mia.berger@", "1234567", "4111", "john&#64;"];

test("of a ticket nothing personal is stored: names of its record, greetings and signatures, addresses however they are written, its id and its address", async () => {
  const redactor = createBuiltInRedactor();
  const house = await town.startHouse({ readRecords: () => Promise.resolve({ records: [ticket], isCut: false }) });
  house.deps.open.redact = (text, names) => redactor.redact({ text, known: [], names }).text;
  let stored = "";
  house.deps.parse = async (file) => {
    stored += JSON.stringify(await town.database.query(house.tenantId, { name: "test_items", text: "select * from sync_item where tenant_id = $1" }, [house.tenantId]));
    return parseDocument(file);
  };
  await house.add("tickets", "records", { tool: "list_tickets", redact: true, fields: { id: "id", title: "subject", body: ["text"], uri: "url" } });
  const { status, added } = await house.sync("tickets");
  assert.deepEqual([status, added], ["done", 1]);
  for (const table of ["document", "chunk"]) stored += JSON.stringify(await town.database.query(house.tenantId, { name: `test_${table}`, text: `select * from ${table} where tenant_id = $1` }, [house.tenantId]));
  assert.match(stored, /The strap tore/);
  assert.deepEqual(SECRETS.filter((secret) => stored.includes(secret)), []);
});
