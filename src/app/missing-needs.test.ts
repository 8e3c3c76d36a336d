import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startTestApp, until } from "../../test/start-test-app.ts";
import { openKeys } from "./open-keys.ts";
import { readConfig } from "./config.ts";
import { setSecret } from "../credentials/credentials.ts";
import { createLog } from "../lib/log.ts";
import { createTargetRule } from "../outbound/guard-address.ts";
import { needsOf } from "../tools/declared/tool-needs.ts";
import { createSecretCheck, findMissingNeeds } from "./missing-needs.ts";

const HELPDESK = "kind: connector\nconnector: zendesk\nserver: http://127.0.0.1:8080\nsubdomain: acme\nagent_email: bot@acme.com\nsecret: zendesk_token\nwebhookSecret: zendesk_hook\noperations: [my_ticket]\n";
const SHOP = "kind: http\nurl: http://shop.localhost:9000/api\nheaders: { x-key: '${secret:shop_key}' }\ntools: [{ name: ping, purpose: Pings., risk: read, idempotency: natural, method: GET, path: /ping }]\n";
const STOCK = "kind: sql\ndatabase: postgresql\nconnection: ${secret:stock_database}\ntools: [{ name: stock, purpose: Counts., risk: read, idempotency: natural, query: select 1 as one, rows: one }]\n";

test("a start says what each tool needs and does not have, and starts all the same", async () => {
  const folder = await mkdtemp(join(tmpdir(), "baton-needs-"));
  await cp("test/workflows/desk", folder, { recursive: true });
  for (const [file, text] of [["helpdesk", HELPDESK], ["shop", SHOP], ["stock", STOCK]]) await writeFile(join(folder, "tools", `${file}.yaml`), text ?? "");
  const told: [string, unknown][] = [];
  const log = { ...createLog({ level: "error", isPretty: true }), warn: (event: string, fields: Record<string, unknown> = {}) => void told.push([event, fields["name"]]) };
  {
    await using app = await startTestApp({ env: { BATON_WORKSPACE: folder, BATON_OUTBOUND_ALLOW: "*.localhost" }, log });
    assert.equal((await app.request("/api/health")).status, 200);
    await until(() => told.length >= 5);
    assert.deepEqual(told.filter(([event]) => event.startsWith("workspace.")).sort((one, other) => one.join().localeCompare(other.join())), [
      ["workspace.address_not_allowed", "127.0.0.1:8080"], ["workspace.secret_missing", "shop_key"], ["workspace.secret_missing", "stock_database"], ["workspace.secret_missing", "zendesk_hook"], ["workspace.secret_missing", "zendesk_token"],
    ]);
    const { database, clock, workspace } = app.running.app;
    await setSecret({ database, clock, keys: openKeys(readConfig({ BATON_DATA: join(folder, "data") })) }, workspace.tenantId, { name: "zendesk_token", value: "t", by: "test" });
    const isSet = await createSecretCheck(database, workspace.tenantId, { BATON_SECRET_SHOP_KEY: "k", BATON_SECRET_STOCK_DATABASE: "" });
    assert.deepEqual(["zendesk_token", "shop_key", "stock_database"].map(isSet), [true, true, false]);
  }
  await rm(folder, { recursive: true, force: true });
});

test("addresses are judged as the guard judges them: public ones, listed ones and unknown names are no matter", async () => {
  const needs = new Map([["tools/a.yaml", needsOf({ reached: ["https://8.8.8.8/x", "http://10.1.2.3", { oauth2: { authority: "https://192.168.0.9:8443/auth" } }, "http://nowhere.invalid/x", "${secret:whole}", "http://[::1]:9/"] })], ["tools/b.yaml", needsOf({ reached: "http://10.1.2.3/other" })]]);
  const found = await findMissingNeeds(needs, { isSet: () => true, isAllowed: createTargetRule(["192.168.0.0/16"]) });
  assert.deepEqual(found, [{ kind: "address", name: "10.1.2.3:80", files: ["tools/a.yaml", "tools/b.yaml"] }, { kind: "address", name: "::1", files: ["tools/a.yaml"] }]);
});
