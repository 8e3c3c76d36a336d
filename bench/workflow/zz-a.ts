import { createHash, randomBytes } from "node:crypto";
import { startTestServers } from "/work/main/test/servers.ts";
import { startEndpoint } from "/work/main/bench/workflow/start-endpoint.ts";
import { THREE_TASKS } from "/work/main/bench/workflow/documents.ts";
import { openHttpClient } from "/work/main/bench/http-client.ts";
import { compare, ratioOf } from "/work/main/bench/turn/compare.ts";
import { runClosedLoop } from "/work/main/bench/closed-loop.ts";
import { makeDatabase } from "/work/main/test/start-test-app.ts";
import { toRunInput } from "/work/main/src/workflows/run/start-run.ts";
process.on("SIGINT", () => process.exit(1));
await using servers = await startTestServers();
Object.assign(process.env, servers.env);
const db = (await makeDatabase()).owner;
const ingress = servers.env.BATON_TEST_RESTATE_INGRESS_URL!, admin = servers.env.BATON_TEST_RESTATE_ADMIN_URL!;
const floor = await startEndpoint("zz-floor-endpoint.ts", [admin]);
const ns = "bench_";
const ours = await startEndpoint(process.env.PROF ? "zz-prof.ts" : "interpreter-endpoint.ts", [ingress, admin, db, ns], JSON.stringify([THREE_TASKS]));
const client = openHttpClient(ingress, 64);
const hash = createHash("sha256").update(THREE_TASKS).digest("hex");
const body = () => toRunInput({ tenantId: "acme", runId: "run_" + randomBytes(11).toString("hex"), hash, input: { n: 1 }, startedBy: "bench" }, Date.now());
const KEY = process.env.KEY === "1";
const calls: Record<string, (n: number) => Promise<void>> = {
  f_wait: async () => { const a = await client.send({ method: "POST", path: "/f_wait/run", body: body() }); if (a.status !== 200) throw new Error(a.text); },
  f_retry: async () => { const a = await client.send({ method: "POST", path: "/f_retry/run", body: body() }); if (a.status !== 200) throw new Error(a.text); },
  f_idem: async () => { const a = await client.send({ method: "POST", path: "/f_idem/run", body: body() }); if (a.status !== 200) throw new Error(a.text); },

  floor: async () => { const a = await client.send({ method: "POST", path: "/three_steps/run", body: body() }); if (a.status !== 200) throw new Error(a.text); },
  turn: async () => { const b = body(); const a = await client.send({ method: "POST", path: `/${ns}workflow_v1/run`, body: b, ...(KEY ? { headers: { "idempotency-key": b.runId } } : {}) }); if (a.status !== 200 || !a.text.includes("completed")) throw new Error(a.text); },
};
await runClosedLoop({ clients: 64, durationMs: 3000 }, calls.floor);
await runClosedLoop({ clients: 64, durationMs: 3000 }, calls.turn);
import { execSync } from "node:child_process";
function cpu() { const out = execSync("ps -eo pid,ppid,comm,args,cputimes --no-headers | cat", { encoding: "utf8" }); return out; }
import { readdirSync, readFileSync } from "node:fs";
function times() { const m = new Map<string, number>(); for (const pid of readdirSync("/proc")) { if (!/^\d+$/.test(pid)) continue; try { const st = readFileSync(`/proc/${pid}/stat`, "utf8"); const cmd = readFileSync(`/proc/${pid}/cmdline`, "utf8"); const r = st.slice(st.lastIndexOf(")") + 2).split(" "); const t = Number(r[11]) + Number(r[12]); const k = cmd.includes("interpreter-endpoint") || cmd.includes("zz-prof") ? "ours" : cmd.includes("restate-server") ? "restate" : cmd.includes("postgres") ? "postgres" : cmd.includes("floor-endpoint") ? "floor" : cmd.includes("zz-a") ? "bench" : "other"; m.set(k, (m.get(k) ?? 0) + t); } catch {} } return m; }
for (const side of (process.env.SIDES ?? "floor,turn,floor,turn").split(",") as ("floor"|"turn")[]) { const a = times(); const r = await runClosedLoop({ clients: 64, durationMs: 5000 }, calls[side]); const b = times(); console.log(side, r.perSecond.toFixed(0), [...b].map(([k, v]) => `${k} ${((v - (a.get(k) ?? 0)) * 10 / r.latenciesMs.length).toFixed(2)}ms/op`).join("  ")); }
if (process.env.FULL !== "1") { floor.stop(); ours.stop(); await servers[Symbol.asyncDispose](); process.exit(0); }
const made = await compare({ clients: 64, durationMs: 4000, rounds: 3 }, calls, console.log);
console.log("ratio", ratioOf(made.turn.perSecond, made.floor.perSecond));

const solo = await compare({ clients: 1, durationMs: 2000, rounds: 1 }, calls, console.log);
floor.stop(); ours.stop();
client.close();
await servers[Symbol.asyncDispose]();
process.exit(0);
