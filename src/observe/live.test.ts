import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createLog } from "../lib/log.ts";
import { makeDatabase, until } from "../../test/start-test-app.ts";
import { openLive, type Live, type LiveEvent } from "./live.ts";

const log = createLog({ level: "error", isPretty: true });

/** Two processes of one database, both listening, with what each has heard. */
async function openTwo(): Promise<AsyncDisposable & { here: Live; there: Live; heardHere: LiveEvent[]; heardThere: LiveEvent[] }> {
  const { owner } = await makeDatabase();
  const [here, there] = [openLive({ connectionString: owner, log }), openLive({ connectionString: owner, log })];
  const [heardHere, heardThere]: [LiveEvent[], LiveEvent[]] = [[], []];
  const isProbe = (event: LiveEvent) => event.kind === "approval" && event.runId === "probe";
  here.onTenant("desk", (event) => isProbe(event) || heardHere.push(event));
  let hasHeard = false;
  const stop = there.onTenant("desk", (event) => void (hasHeard ||= isProbe(event)));
  there.onTenant("desk", (event) => isProbe(event) || heardThere.push(event));
  // Neither tells others before its own connection stands.
  await until(() => {
    here.publish({ kind: "approval", tenantId: "desk", runId: "probe" });
    return hasHeard;
  });
  stop();
  return { here, there, heardHere, heardThere, [Symbol.asyncDispose]: async () => void (await Promise.all([here.close(), there.close()])) };
}

describe("live events", () => {
  test("changes of runs and approvals reach the other processes once, and their own", async () => {
    await using two = await openTwo();
    const events: LiveEvent[] = [
      { kind: "runs", tenantId: "desk", runIds: ["run_1", "run_2"] },
      { kind: "runs", tenantId: "desk", runIds: null },
      { kind: "approval", tenantId: "desk", runId: "run_1" },
    ];
    for (const event of events) two.here.publish(event);
    await until(() => two.heardThere.length >= events.length);
    assert.deepEqual(two.heardThere, events);
    assert.deepEqual(two.heardHere, events);
  });

  test("another tenant hears nothing, and a conversation hears its own events only", async () => {
    await using two = await openTwo();
    const elsewhere: LiveEvent[] = [];
    const inConversation: LiveEvent[] = [];
    two.there.onTenant("other", (event) => elsewhere.push(event));
    two.there.onConversation("desk", "conv_1", (event) => inConversation.push(event));
    two.here.publish({ kind: "runs", tenantId: "desk", runIds: ["run_1"] });
    two.here.publish({ kind: "holder", tenantId: "desk", conversationId: "conv_1" });
    await until(() => inConversation.length > 0);
    assert.deepEqual(inConversation, [{ kind: "holder", tenantId: "desk", conversationId: "conv_1" }]);
    assert.deepEqual(elsewhere, []);
  });
});
