import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../start-test-app.ts";
import { openAt, openHouse, outputOf } from "./open-connector.ts";
import { startPrometheus, whyNoPrometheus } from "./start-prometheus.ts";

const whyNot = whyNoPrometheus();
const house = openHouse();

test("a running Prometheus is asked for values, spans, alerts and targets", whyNot === null ? {} : { skip: whyNot }, async () => {
  await using prometheus = await startPrometheus();
  const at = await openAt(house(), { connector: "prometheus", url: prometheus.url, operations: ["query", "query_range", "list_alerts", "list_targets"] });
  const call = async (tool: string, given: Record<string, unknown> = {}) => Object(outputOf(await at.call(`prometheus_${tool}`, given))).items;
  await until(async () => (await call("query", { query: "up" })).some(({ value }: { value: string }) => value === "1"));
  const [up] = await call("query", { query: "up" });
  assert.deepEqual([up.labels.job, up.value, Math.abs(up.at - Date.now() / 1_000) < 60], ["itself", "1", true]);
  const now = new Date();
  const [span] = await call("query_range", { query: "vector(7)", start: new Date(now.getTime() - 60_000).toISOString(), end: now.toISOString(), step: "30s" });
  assert.deepEqual(span.values.map(([, value]: [number, string]) => value), ["7", "7", "7"]);
  await until(async () => (await call("list_alerts")).length > 0);
  const [alert] = await call("list_alerts");
  assert.deepEqual([alert.name, alert.state, alert.labels, alert.annotations], ["AlwaysOn", "firing", { alertname: "AlwaysOn", severity: "page" }, { summary: "It is on." }]);
  assert.deepEqual((await call("list_targets")).map(({ job, health }: { job: string; health: string }) => [job, health]), [["itself", "up"]]);
  const wrong = await at.call("prometheus_query", { query: "sum(" });
  assert.deepEqual([wrong.status, /parse error/.test(wrong.reason ?? "")], ["refused", true]);
  assert.match((await at.call("prometheus_query", { query: "up[1m]" })).reason ?? "", /leave out the range/);
});
