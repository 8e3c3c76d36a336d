import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { messageOf } from "../../src/lib/app-error.ts";
import type { HttpClient } from "../http-client.ts";
import type { Random } from "./random.ts";

/** One who may decide; `headers` of their session. */
export type Decider = { name: string; headers: Record<string, string> };
/** What the server has acknowledged: it must stand in the store. */
export type Acknowledged = { id: string; by: string; what: "approved" | "refused" | "edited"; callHash: string; /** As answered. */ status: string };

const view = z.object({ id: z.string(), tool: z.string(), callHash: z.string(), editable: z.record(z.string(), z.unknown()).nullable(), status: z.string(), deadlineAt: z.string().nullable() });
const page = z.object({ items: z.array(view) });
type Shown = z.infer<typeof view>;

/** What becomes of a request; `ignore` lets its time pass, `late` decides when it is all but over. */
const FATES = ["approve", "approve", "approve", "together", "refuse", "race", "edit", "there_and_back", "ignore", "late"] as const;
type Fate = (typeof FATES)[number];

export type Deciders = { acknowledged: Acknowledged[]; faults: string[]; fates: Map<Fate, number>; run(isOver: () => boolean): Promise<void> };

/** `spareOf`: another order of the same customer, for changing a call about this one. */
export function makeDeciders(given: { client: HttpClient; people: readonly [Decider, Decider, ...Decider[]]; random: Random; spareOf(order: number): number | undefined }): Deciders {
  const { client, people, random } = given;
  const acknowledged: Acknowledged[] = [];
  const faults: string[] = [];
  const fates = new Map<Fate, number>();
  const seen = new Set<string>();

  /** Null: it can no longer be done, or not by this person. */
  const post = async (by: Decider, id: string, what: Acknowledged["what"], body: Record<string, unknown>): Promise<Shown | null> => {
    for (let tries = 0; tries < 100; tries += 1) {
      try {
        const answer = await client.send({ method: "POST", path: `/api/approvals/${id}/${what === "edited" ? "edit" : "decision"}`, headers: by.headers, body: what === "edited" ? body : { ...body, decision: what }, timeoutMs: 10_000 });
        if (answer.status === 200) {
          const shown = view.parse(JSON.parse(answer.text));
          acknowledged.push({ id, by: by.name, what, callHash: shown.callHash, status: shown.status });
          return shown;
        }
        if (answer.status < 500) {
          if (!/approvals\.(over|not_yours|mismatch)/.test(answer.text)) faults.push(`${by.name} was refused "${what}" of ${id}: ${answer.status} ${answer.text.slice(0, 300)}`);
          return null;
        }
        if (answer.status !== 503) faults.push(`"${what}" of ${id} met a fault: ${answer.status} ${answer.text.slice(0, 300)}`);
      } catch (error) {
        if (error instanceof z.ZodError || error instanceof SyntaxError) faults.push(`"${what}" of ${id}: ${messageOf(error)}`);
      }
      await sleep(random.between(30, 200));
    }
    return null;
  };
  const approveInTurn = async (shown: Shown, by: readonly Decider[] = people) => {
    for (const each of by) if ((await post(each, shown.id, "approved", { callHash: shown.callHash }))?.status === "approved") return;
  };
  const change = (shown: Shown): Record<string, unknown> | null => {
    if (shown.editable === null) return null;
    if (shown.tool === "refund_order") return { ...shown.editable, reason: `looked at ${Math.floor(random.between(0, 1_000))}` };
    const spare = given.spareOf(Number(shown.editable["order_number"]));
    return spare === undefined ? null : { ...shown.editable, order_number: spare };
  };
  const edit = async (shown: Shown, isBack: boolean) => {
    const [first, second, ...others] = people;
    const changed = change(shown);
    if (changed === null || (isBack && shown.tool === "cancel_order")) return approveInTurn(shown);
    if (isBack) await post(second, shown.id, "approved", { callHash: shown.callHash });
    const there = await post(first, shown.id, "edited", { callHash: shown.callHash, arguments: changed });
    const last = isBack && there?.status === "waiting" ? await post(second, shown.id, "edited", { callHash: there.callHash, arguments: shown.editable ?? {} }) : there;
    if (last?.status === "waiting") await approveInTurn(last, [...others, first, second]);
  };
  const decide: Record<Fate, (shown: Shown) => Promise<unknown>> = {
    approve: (shown) => approveInTurn(shown),
    together: (shown) => Promise.all(people.map((each) => post(each, shown.id, "approved", { callHash: shown.callHash }))),
    refuse: (shown) => post(random.pick(people), shown.id, "refused", { callHash: shown.callHash }),
    race: (shown) => Promise.all([approveInTurn(shown), post(people[1], shown.id, "refused", { callHash: shown.callHash })]),
    edit: (shown) => edit(shown, false),
    there_and_back: (shown) => edit(shown, true),
    ignore: () => Promise.resolve(),
    async late(shown) {
      await sleep(Math.max(0, Date.parse(shown.deadlineAt ?? "") - Date.now() + random.between(-400, 100)));
      await approveInTurn(shown);
    },
  };
  return {
    acknowledged, faults, fates,
    async run(isOver) {
      const working = new Set<Promise<unknown>>();
      while (!isOver()) {
        await sleep(150);
        const answer = await client.send({ method: "GET", path: "/api/approvals?status=waiting&limit=100", headers: random.pick(people).headers, timeoutMs: 10_000 }).catch(() => null);
        if (answer?.status !== 200) continue;
        for (const shown of page.parse(JSON.parse(answer.text)).items.filter(({ id }) => !seen.has(id))) {
          seen.add(shown.id);
          const fate = random.pick(FATES);
          fates.set(fate, (fates.get(fate) ?? 0) + 1);
          const work = sleep(random.between(0, 1_500)).then(() => decide[fate](shown)).finally(() => working.delete(work));
          working.add(work);
        }
      }
      await Promise.all(working);
    },
  };
}
