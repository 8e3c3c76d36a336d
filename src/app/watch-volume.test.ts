import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { z } from "zod";
import { makeEventParts, TENANT, workflowText } from "../workflows/events/events.contract.ts";
import { OWN_EVENT_DATA } from "../workflows/events/own/own-events.ts";
import { watchVolume } from "./watch-volume.ts";

const HOUR = 3_600_000;
const WEEK = 168 * HOUR;

describe("the volume watch", () => {
  let parts: Awaited<ReturnType<typeof makeEventParts>>;
  let written = 0;
  const write = (count: number, atMs: number) => parts.database.transaction(TENANT, async (query) => {
    const from = written;
    written += count;
    await query("insert into message (tenant_id, id, conversation_id, seq, author, channel, body, created_at) select $1, 'msg_' || n, 'conv_1', n, 'contact', 'web', 'hello', $3::timestamptz + (n % 50) * interval '1 second' from generate_series($2::int + 1, $2::int + $4::int) n", [TENANT, from, new Date(atMs), count]);
  });
  before(async () => {
    parts = await makeEventParts();
    await parts.database.transaction(TENANT, async (query) => {
      await query("insert into contact (tenant_id, id, created_at) values ($1, 'cont_1', now())", [TENANT]);
      await query("insert into conversation (tenant_id, id, contact_id, created_at, updated_at) values ($1, 'conv_1', 'cont_1', now(), now())", [TENANT]);
    });
  });
  after(() => parts[Symbol.asyncDispose]());

  test("says nothing without history, tells a spike once an hour with its figures, and a workflow hears it", async () => {
    const deps = { ...parts.deps, tenantId: TENANT };
    await parts.publish(workflowText("spike", "on:\n  one:\n    with: { type: volume.spiked }"));
    const nowMs = parts.clock.nowMs() + 30 * 60_000;
    parts.clock.advance(30 * 60_000);
    await write(30, nowMs - 10 * 60_000);
    assert.equal(await watchVolume(deps), null);
    const hour = Math.floor(nowMs / HOUR) * HOUR;
    for (let week = 1; week <= 4; week += 1) await write(40, hour - week * WEEK + 60_000);
    assert.deepEqual(await watchVolume(deps), { kind: "accepted", listeners: 1 });
    assert.deepEqual(await watchVolume(deps), { kind: "duplicate", listeners: 1 });
    const input = z.object({ input: z.array(z.object({ data: OWN_EVENT_DATA["volume.spiked"] })) }).parse(parts.engine.started[0]?.input);
    assert.deepEqual(input.input[0]?.data, { windowMinutes: 15, observed: 30, usual: 10, factor: 3, since: new Date(nowMs - 15 * 60_000).toISOString(), basis: "hour_of_week" });
    parts.clock.advance(40 * 60_000);
    assert.equal(await watchVolume(deps), null);
  });
});
