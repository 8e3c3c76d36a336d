import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { messageOf } from "../../src/lib/app-error.ts";
import type { HttpClient } from "../http-client.ts";
import type { Visit } from "../visits.ts";
import type { Random } from "./random.ts";

const waits = z.object({ "baton.dev/approval": z.object({ id: z.string() }) });
const result = z.object({ isError: z.boolean().default(false), content: z.array(z.object({ text: z.string() })), structuredContent: z.unknown().optional(), _meta: waits.optional() });
const standing = z.object({ status: z.string(), call: z.object({ status: z.string() }).nullable() });
type Result = z.infer<typeof result>;

const ASK_EVERY_MS = 400;

/** What a caller was told in the end, by the approval's id. */
export type ToldCaller = { approvalId: string; status: string; callStatus: string };
export type ApprovalCaller = { told: ToldCaller[]; /** Approvals that its calls were said to wait for. */ asked: Set<string>; faults: string[]; /** Until it is told what came of it, or `isHopeless`. */ cancel(order: number, isHopeless: () => boolean): Promise<void> };

/** A customer's own assistant, which calls over MCP what people have to approve, twice at once now and then, and asks until it is over. */
export function makeApprovalCaller({ client, visit, random }: { client: HttpClient; visit: Visit; random: Random }): ApprovalCaller {
  const told: ToldCaller[] = [];
  const asked = new Set<string>();
  const faults: string[] = [];
  const headers = { ...visit.headers, accept: "application/json, text/event-stream" };

  const call = async (params: Record<string, unknown>): Promise<Result> => {
    for (;;) {
      try {
        const answer = await client.send({ method: "POST", path: "/mcp", headers, body: { jsonrpc: "2.0", id: 1, method: "tools/call", params }, timeoutMs: 15_000 });
        const read = answer.status === 200 ? z.object({ result: result.optional(), error: z.object({ code: z.number(), message: z.string() }).optional() }).parse(JSON.parse(answer.text)) : null;
        if (read?.result !== undefined) return read.result;
        // -32603 is the protocol's internal error: PostgreSQL or Restate is away.
        const isFault = read === null ? answer.status < 500 : read.error?.code !== -32_603;
        if (isFault) faults.push(`${JSON.stringify(params)} was refused: ${answer.status} ${answer.text.slice(0, 200)}`);
        if (isFault) throw new RangeError("refused");
      } catch (error) {
        if (error instanceof RangeError) throw error;
        if (error instanceof z.ZodError || error instanceof SyntaxError) faults.push(`${JSON.stringify(params)}: ${messageOf(error)}`);
      }
      await sleep(random.between(30, 200));
    }
  };
  const cancel = (order: number) => call({ name: "cancel_order", arguments: { order_number: order }, _meta: { "baton.dev/idempotencyKey": `cancel-${order}` } });

  return {
    told, asked, faults,
    async cancel(order, isHopeless) {
      const answers = await Promise.all(Array.from({ length: random.chance(0.3) ? 2 : 1 }, () => cancel(order)));
      const ids = new Set(answers.flatMap(({ _meta }) => _meta?.["baton.dev/approval"].id ?? []));
      for (const id of ids) asked.add(id);
      const [approvalId] = ids;
      if (ids.size !== 1 || approvalId === undefined) return void faults.push(`cancelling ${order} waits for ${ids.size} approvals: ${answers.map(({ content }) => content[0]?.text).join("; ")}`);
      for (; !isHopeless(); await sleep(ASK_EVERY_MS)) {
        const { status, call: made } = standing.parse((await call({ name: "approval_status", arguments: { approval: approvalId } })).structuredContent);
        if (made === null) continue;
        told.push({ approvalId, status, callStatus: made.status });
        const again = await cancel(order);
        if (again.isError !== (made.status !== "ok")) faults.push(`${approvalId} is ${made.status}, and the same call again answers ${JSON.stringify(again).slice(0, 200)}`);
        return;
      }
    },
  };
}
