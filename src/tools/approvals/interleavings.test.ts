import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { z } from "zod";
import { makeDatabase } from "../../../test/start-test-app.ts";
import { createBuiltInRedactor } from "../../guard/adapters/built-in-redactor.ts";
import type { UserActor } from "../../identity/actor.ts";
import { ensureTenant } from "../../identity/identity.store.ts";
import { AppError } from "../../lib/app-error.ts";
import type { Clock } from "../../lib/clock.ts";
import { createLog } from "../../lib/log.ts";
import type { Policy } from "../../policy/policy.ts";
import { openDatabase, type Database } from "../../storage/database.ts";
import { migrate } from "../../storage/migrate.ts";
import { storageUnavailable } from "../../storage/storage.errors.ts";
import { callTool, type CallToolDeps, type CallToolInput } from "../call-tool.ts";
import { defineTool } from "../define-tool.ts";
import { createToolRunner } from "../run-call.ts";
import type { Tool } from "../tool.ts";
import { findToolCall } from "../tool-call.store.ts";
import { expire } from "./await-decision.ts";
import { findApproval } from "./approval.store.ts";
import type { ApprovalDeps } from "./decide/approval-deps.ts";
import { listVotes, rightsUsed, votesFor } from "./decide/approval-vote.store.ts";
import { decideApproval } from "./decide/decide-approval.ts";
import { editApproval } from "./decide/edit-approval.ts";
import { fillPlaces } from "./fill-places.ts";
import { bindCall, hashCall } from "./hash-call.ts";
import { approvalIdOf } from "./request-approval.ts";
import { standingOf } from "./standing.ts";
import { withdrawApprovals } from "./withdraw-approvals.ts";

const tenantId = "acme";
const log = createLog({ level: "error", isPretty: true, write: () => {} });
/** Two people for a pay-out, of which one may be anybody and the other is named. */
const policy: Policy = {
  id: "test", hash: "test",
  decide: ({ principal }) => (principal.type === "HumanAgent" ? { effect: "deny", rules: [], reason: "", needsPerson: true } : { effect: "approve", rules: ["pay.asked"], reason: "Much.", by: { groups: [{ anyOf: [{ kind: "role", role: "agent" }], people: 1 }, { anyOf: [{ kind: "user", user: "cfo@example.com" }], people: 1 }], deadlineMs: 60_000 } }),
};

/** Numbers from 0 to 1 that a seed decides: mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

let database: Database;
before(async () => {
  const { owner } = await makeDatabase();
  await migrate(owner);
  database = openDatabase({ connectionString: owner, maxConnections: 8, log });
  await ensureTenant(database, tenantId, "Acme");
});
after(() => database.close());

const person = (name: string): UserActor => ({ kind: "user", tenantId, userId: `user_${name}`, name, email: `${name}@example.com`, role: "agent" });
const people = ["ada", "ben", "cfo"].map(person);

/** Throws when the approval is gone. */
async function readOne(id: string) {
  const approval = await findApproval(database, tenantId, id);
  assert.ok(approval);
  return approval;
}

/** A house whose clock is moved by hand, and whose tool is killed after its effect as often as `kills` says. */
function houseOf(random: () => number) {
  const state = { nowMs: Date.now(), kills: 0 };
  const clock: Clock = { nowMs: () => state.nowMs };
  const effects: { key: string; order: number; amount: number }[] = [];
  const pay = defineTool({
    name: "pay", purpose: "", risk: "money", idempotency: "key", needsVerifiedContact: false, timeoutMs: 1_000, retry: { attempts: 1, firstDelayMs: 1 }, input: z.object({ order: z.number(), amount: z.number().max(1_000) }), output: z.object({}), describe: ({ order, amount }) => `Pay ${amount} for ${order}.`,
    async run({ order, amount }, { idempotencyKey }) {
      if (!effects.some((each) => each.key === idempotencyKey)) effects.push({ key: idempotencyKey, order, amount });
      if (state.kills > 0 && random() < 0.7) {
        state.kills -= 1;
        throw storageUnavailable();
      }
      return { kind: "ok", output: {}, say: "Paid." };
    },
  });
  const tools = new Map<string, Tool>([["pay", pay]]);
  const sql = { query: () => Promise.resolve([]), transaction: () => Promise.reject(new Error("no business database")) };
  const runner = createToolRunner({ log });
  const calls: CallToolDeps = { database, tools, fallbacks: new Map(), policy, redactor: createBuiltInRedactor(), runner, sql, clock, log };
  const approvals: ApprovalDeps = { database, clock, log, engine: () => { throw new Error("nobody waits here"); }, live: { publish: () => {} }, tools, policy, runner, sql };
  return { state, effects, calls, approvals };
}

const askedFor = (callId: string, order: number): CallToolInput => ({ tenantId, callId, tool: "pay", arguments: { order, amount: 100 }, contact: null, principal: { type: "AiAgent", id: "assistant" }, channel: "web", turnId: null, conversationId: null, caseId: null, asker: { kind: "turn" } });

/** Refusals are part of the game; anything else is a fault. */
async function tolerate(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof AppError) || (!error.code.startsWith("approvals.") && !error.isRetryable)) throw error;
  });
}

async function playRound(seed: number): Promise<{ status: string; effects: number; isEdited: boolean }> {
  const random = randomOf(seed);
  const { state, effects, calls, approvals } = houseOf(random);
  const callId = `call_${seed}`;
  const id = approvalIdOf(callId);
  const pick = <T>(list: readonly T[]): T => {
    const chosen = list[Math.floor(random() * list.length)];
    if (chosen === undefined) throw new RangeError("nothing to pick from");
    return chosen;
  };
  const call = () => callTool(calls, askedFor(callId, seed));
  assert.equal((await call()).status, "waiting");
  const hashes = [(await findApproval(database, tenantId, id))?.call_hash ?? ""];
  const moves: Record<string, () => Promise<unknown>> = {
    approve: () => decideApproval(approvals, pick(people), { id, decision: "approved", callHash: pick(hashes), comment: null }),
    refuse: () => decideApproval(approvals, pick(people), { id, decision: "refused", callHash: pick(hashes), comment: null }),
    async edit() {
      const edited = await editApproval(approvals, pick(people), { id, callHash: pick(hashes), arguments: { order: seed, amount: random() < 0.3 ? 100 : 1 + Math.floor(random() * 1_200) }, comment: null });
      hashes.push(edited.call_hash);
    },
    withdraw: () => database.transaction(tenantId, (query) => withdrawApprovals(query, tenantId, { ids: [id] }, { actor: "contact:c", reason: "contact.took_back", at: new Date(state.nowMs) })),
    async expire() {
      if (random() < 0.3) state.nowMs += 61_000;
      await expire(approvals, { tenantId, approvalId: id });
    },
    retry: call,
  };
  state.kills = Math.floor(random() * 3);
  const usual = ["approve", "approve", "approve", "approve", "edit", "retry", "retry", "expire", "refuse", "withdraw"];
  const turns = 1 + Math.floor(random() * 5);
  for (let turn = 0; turn < turns; turn += 1) {
    // What comes at the same moment, in an order that nobody decides.
    await Promise.all(Array.from({ length: 1 + Math.floor(random() * 4) }, () => tolerate((moves[pick(usual)] ?? call)())));
  }
  state.kills = 0;
  const last = await call();
  const approval = await findApproval(database, tenantId, id);
  assert.ok(approval);
  const votes = votesFor(approval, await listVotes(database, tenantId, [id]));
  assert.ok(effects.length <= 1, `seed ${seed}: ${effects.length} effects`);
  const [effect] = effects;
  if (effect !== undefined) {
    assert.equal(approval.status, "approved", `seed ${seed}`);
    assert.equal(bindCall(hashCall("pay", { order: effect.order, amount: effect.amount }), { contactId: null, conversationId: null }), approval.call_hash, `seed ${seed}: another call ran`);
    assert.equal(effect.key, callId);
    assert.ok(fillPlaces(approval.rule, rightsUsed(votes)).isComplete, `seed ${seed}: not everybody had said yes to this hash`);
    assert.equal(new Set(votes.map((vote) => vote.person.userId)).size, votes.length);
  }
  assert.equal(last.status, approval.status === "approved" ? "ok" : approval.status === "waiting" ? "waiting" : "denied", `seed ${seed}`);
  assert.equal((await findToolCall(database, tenantId, callId))?.status, last.status, `seed ${seed}`);
  return { status: approval.status, effects: effects.length, isEdited: approval.edited_by !== null };
}

test("however deciding, changing, expiring, taking back, retrying and being killed interleave, an effect happens at most once, and only as approved", async () => {
  const rounds = [];
  for (let seed = 1; seed <= 150; seed += 1) rounds.push(await playRound(seed));
  const seen = new Set(rounds.map((round) => round.status));
  assert.deepEqual([...seen].sort(), ["approved", "expired", "refused", "waiting", "withdrawn"], "every end was met");
  assert.ok(rounds.some((round) => round.isEdited && round.effects === 1) && rounds.some((round) => !round.isEdited && round.effects === 1));
});

test("what was said to a call counts no more once it was changed, even when it is changed back", async () => {
  const { approvals, calls, effects } = houseOf(() => 1);
  const callId = "call_changed_back";
  const id = approvalIdOf(callId);
  const [ada, ben, cfo] = [person("ada"), person("ben"), person("cfo")];
  const call = () => callTool(calls, askedFor(callId, 1));
  const edit = async (amount: number) => editApproval(approvals, ben, { id, callHash: (await readOne(id)).call_hash, arguments: { order: 1, amount }, comment: null });
  const approve = async (who: UserActor, callHash: string) => (await decideApproval(approvals, who, { id, decision: "approved", callHash, comment: null })).status;
  await call();
  const first = await readOne(id);
  assert.equal(await approve(ada, first.call_hash), "waiting");
  await edit(50);
  const back = await edit(100);
  assert.deepEqual([back.call_hash, back.revision, back.status], [first.call_hash, 2, "waiting"]);
  const votes = await listVotes(database, tenantId, [id]);
  assert.deepEqual(votesFor(back, votes).map((vote) => vote.person.userId), ["user_ben"], "who changed it has approved it so");
  assert.equal(votes.length, 3);
  await assert.rejects(approve(ada, first.call_hash), { code: "approvals.not_yours" }, "her yes is asked for anew, and the place is taken");
  assert.equal((await call()).status, "waiting");
  assert.equal(await approve(cfo, first.call_hash), "approved");
  assert.equal((await call()).status, "ok");
  assert.deepEqual(effects, [{ key: callId, order: 1, amount: 100 }]);
  const standing = await standingOf(database, tenantId, callId);
  assert.deepEqual(standing.kind === "given" && standing.grant.people.map((each) => each.userId), ["user_ben", "user_cfo"]);
});
