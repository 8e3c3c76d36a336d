import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { z } from "zod";
import { startTestApp, type TestApp } from "./start-test-app.ts";

const names = z.object({ items: z.array(z.object({ actor: z.string(), name: z.string() })) });
const session = z.object({ user: z.object({ id: z.string(), name: z.string() }) });
const conversation = z.object({ contact: z.object({ id: z.string() }) });

describe("names behind the ids of the ledger", () => {
  let app: TestApp;
  let admin: Record<string, string>;
  before(async () => {
    app = await startTestApp({ env: { BATON_WORKSPACE: "test/workflows/desk" } });
    admin = await app.signIn();
  });
  after(() => app[Symbol.asyncDispose]());

  async function namesOf(ids: string): Promise<z.infer<typeof names>["items"]> {
    return names.parse(await (await app.request(`/api/actors?ids=${ids}`, { headers: admin })).json()).items;
  }

  test("people and contacts have their names; who is unknown is left out", async () => {
    const { user } = session.parse(await (await app.request("/api/session", { headers: admin })).json());
    const visit = await app.visit("mia@example.com");
    const { contact } = conversation.parse(await (await app.request(`/api/conversations/${visit.conversationId}`, { headers: admin })).json());
    const found = await namesOf(`user:${user.id},contact:${contact.id},user:user_nobody,workflow:refund`);
    assert.deepEqual(found, [{ actor: `user:${user.id}`, name: user.name }, { actor: `contact:${contact.id}`, name: "mia@example.com" }]);
  });

  test("nothing asked is nothing answered, and what is no id is refused", async () => {
    assert.deepEqual(await namesOf(""), []);
    assert.equal((await app.request("/api/actors?ids=%27%3B", { headers: admin })).status, 422);
    const visit = await app.visit();
    assert.equal((await app.request("/api/actors?ids=user:user_1", { headers: visit.headers })).status, 401);
  });
});
