import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { z } from "zod";
import { makeEventParts, TENANT, workflowText } from "../events.contract.ts";
import { OWN_EVENT_DATA } from "./own-events.ts";
import { relayOnce } from "../relay-events.ts";
import { watchSla } from "./watch-sla.ts";

const MINUTE = 60_000;
const missed = z.object({ input: z.tuple([z.object({ data: OWN_EVENT_DATA["sla.missed"] })]) });

describe("missed promises", () => {
  let parts: Awaited<ReturnType<typeof makeEventParts>>;
  before(async () => void (parts = await makeEventParts()));
  after(() => parts[Symbol.asyncDispose]());

  test("a hand-off and a message that wait too long are told once each, and only when somebody listens", async () => {
    const at = new Date(parts.clock.nowMs());
    await parts.database.transaction(TENANT, async (query) => {
      await query("insert into contact (tenant_id, id, created_at) values ($1, 'cont_1', $2), ($1, 'cont_2', $2)", [TENANT, at]);
      await query("insert into conversation (tenant_id, id, contact_id, holder, created_at, updated_at) values ($1, 'conv_1', 'cont_1', 'queue', $2, $2), ($1, 'conv_2', 'cont_2', 'human', $2, $2)", [TENANT, at]);
      await query("insert into handoff (tenant_id, id, conversation_id, status, reason, summary, tried, requested_at) values ($1, 'hand_1', 'conv_1', 'waiting', 'test', '{}', '[]', $2)", [TENANT, at]);
      await query("insert into message (tenant_id, id, conversation_id, seq, author, channel, body, created_at) values ($1, 'msg_1', 'conv_2', 1, 'contact', 'web', 'hello?', $2)", [TENANT, at]);
    });
    const deps = { ...parts.deps, tenantId: TENANT, rules: { handoffMinutes: 10, answerMinutes: 30 } };
    parts.clock.advance(11 * MINUTE);
    assert.equal(await watchSla(deps), 0, "nobody listens yet");
    await parts.publish(workflowText("late", "on:\n  one:\n    with: { type: sla.missed }"));
    await relayOnce(parts.deps, TENANT);
    assert.deepEqual([await watchSla(deps), await watchSla(deps)], [1, 0]);
    parts.clock.advance(20 * MINUTE);
    assert.deepEqual([await watchSla(deps), await watchSla(deps)], [1, 0]);
    await relayOnce(parts.deps, TENANT);
    assert.deepEqual(parts.engine.started.map((call) => missed.parse(call.input).input[0].data), [
      { rule: "handoff_wait", conversationId: "conv_1", caseId: null, handoffId: "hand_1", dueAt: new Date(at.getTime() + 10 * MINUTE).toISOString(), lateMs: MINUTE },
      { rule: "human_answer", conversationId: "conv_2", caseId: null, handoffId: null, dueAt: new Date(at.getTime() + 30 * MINUTE).toISOString(), lateMs: MINUTE },
    ]);
  });

  test("without a promise nothing is missed", async () => {
    assert.equal(await watchSla({ ...parts.deps, tenantId: TENANT, rules: { handoffMinutes: null, answerMinutes: null } }), 0);
  });
});
