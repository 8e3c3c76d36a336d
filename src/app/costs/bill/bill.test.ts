import assert from "node:assert/strict";
import { test } from "node:test";
import type { LedgerDay } from "../cost-report.store.ts";
import { familyOf } from "./bill.ts";
import { readBill } from "./read-bill.ts";
import { reconcile, type Reconciliation } from "./reconcile.ts";

const day = (given: Partial<LedgerDay>): LedgerDay => ({ day: "2026-11-02", provider: "openai", model: "gpt-6.1-terra", calls: 100, failed: 0, unpriced: 0, estimated: 0, cached: 0, promptTokens: 50_000, completionTokens: 10_000, microUsd: 100_000, savedMicroUsd: 0, ...given });
const costs = (lines: string) => readBill(`start_time_iso,end_time_iso,amount_value,amount_currency,line_item\n${lines}`, null);
const reasonsOf = (result: Reconciliation) => result.lines.map((line) => line.reasons.map((reason) => reason.split(":")[0]));

test("the exports of OpenAI and Anthropic are known by their columns", () => {
  assert.deepEqual(readBill("start_time,end_time,start_time_iso,end_time_iso,model,num_model_requests,input_tokens,output_tokens,input_cached_tokens\r\n1761523200,1761523260,2025-10-27T00:00:00+00:00,2025-10-27T00:01:00+00:00,gpt-6.1-terra-2026-09-29,3.0,4212,1673,1280\r\n", null), {
    format: "OpenAI usage", provider: "openai", lines: [{ day: "2025-10-27", model: "gpt-6.1-terra-2026-09-29", microUsd: null, promptTokens: 4_212, completionTokens: 1_673, calls: 3 }],
  });
  assert.deepEqual(costs('2026-11-02T00:00:00+00:00,2026-11-03T00:00:00+00:00,0.125,usd,"gpt-6.1-terra, input"').lines, [{ day: "2026-11-02", model: "gpt-6.1-terra", microUsd: 125_000, promptTokens: null, completionTokens: null, calls: null }]);
  assert.deepEqual(readBill("\ufeffusage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens,web_search_count\n2026-11-02,claude-haiku-5-5,k,Default,standard,≤ 200k,100,20,3,400,50,0\n", null).lines, [{ day: "2026-11-02", model: "claude-haiku-5-5", microUsd: null, promptTokens: 523, completionTokens: 50, calls: null }]);
  assert.deepEqual(readBill("usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,cost_type\n2026-11-02,Claude Haiku 5.5,Default,k,message,≤ 200k,input_no_cache,0.05,token\n", null).lines, [{ day: "2026-11-02", model: "Claude Haiku 5.5", microUsd: 50_000, promptTokens: null, completionTokens: null, calls: null }]);
});

test("another file is read by the columns that are named", () => {
  const columns = { date: "Day", model: "SKU", cost: "Amount", promptTokens: "In", unit: "cents" } as const;
  assert.deepEqual(readBill('Day;SKU;Amount;In\n2026-11-02;mistral-large;12.5;"1,000"\n\n', columns).lines, [{ day: "2026-11-02", model: "mistral-large", microUsd: 125_000, promptTokens: 1_000, completionTokens: null, calls: null }]);
});

test("a file that cannot be read is refused with the place and what there is", () => {
  assert.throws(() => readBill("a,b\n1,2\n", null), /none of the exports we know. Its columns are: a, b. Say which is which/);
  assert.throws(() => readBill("", null), /empty/);
  assert.throws(() => readBill("Day,Amount\n2026-11-02,1\nsoon,2\n", { date: "Day", cost: "Amount", unit: "usd" }), /Line 3: "soon" is no date/);
  assert.throws(() => readBill("Day,Amount\n2026-11-02,many\n", { date: "Day", cost: "Amount", unit: "usd" }), /Line 2: "many" is no number/);
  assert.throws(() => readBill("Day\n2026-11-02\n", { date: "Day", cost: "Amount", unit: "usd" }), /no column "Amount"/);
  assert.throws(() => readBill('a,b\n"1,2\n', null), /not a CSV file/);
});

test("a model has one family, however a provider writes it", () => {
  assert.deepEqual(["Claude Haiku 4.5", "claude-haiku-4-5-20251001", "anthropic/claude-haiku-4-5"].map(familyOf), ["claude-haiku-4-5", "claude-haiku-4-5", "claude-haiku-4-5"]);
  assert.equal(familyOf("gpt-6.1-terra-2026-09-29"), familyOf("gpt-6.1-terra"));
});

test("two sides that agree are not apart", () => {
  const result = reconcile(costs("2026-11-02T00:00:00Z,,0.06,usd,\"gpt-6.1-terra, input\"\n2026-11-02T00:00:00Z,,0.04,usd,\"gpt-6.1-terra, output\""), [day({})]);
  assert.deepEqual([result.billed, result.ours, result.apart, result.share, reasonsOf(result)], [100_000, 100_000, 0, 0, [[]]]);
});

test("every kind of difference is named", () => {
  const line = (usd: number, model = "gpt-6.1-terra", on = "2026-11-02") => `${on}T00:00:00Z,,${usd},usd,"${model}, input"`;
  assert.deepEqual(reasonsOf(reconcile(costs(line(0.5, "gpt-6.1-sol")), [])), [["Not our calls"]]);
  assert.deepEqual(reasonsOf(reconcile(costs(line(0.3)), [day({ unpriced: 20 })])), [["Unknown price"]]);
  assert.deepEqual(reasonsOf(reconcile(costs(line(0.3)), [day({ estimated: 5 })])), [["Estimates"]]);
  assert.deepEqual(reasonsOf(reconcile(costs(line(0.09995)), [day({})])), [["Rounding"]]);
  assert.match(reconcile(costs(line(0.2)), [day({})]).lines[0]?.reasons[0] ?? "", /^Either calls that are not ours, or a dearer price/);
  assert.deepEqual(reasonsOf(reconcile(costs(line(0.1)), [day({}), day({ model: "gpt-6-luna", failed: 3, calls: 3, microUsd: 10 })])), [[], ["Not billed"]]);
  const priced = readBill("Day,SKU,Amount,In,Out\n2026-11-02,gpt-6.1-terra,0.07,50000,10000\n", { date: "Day", model: "SKU", cost: "Amount", promptTokens: "In", completionTokens: "Out", unit: "usd" });
  assert.deepEqual(reasonsOf(reconcile(priced, [day({})])), [["Price"]]);
});

test("what only stands on another day is a matter of the time zone, and not apart", () => {
  const result = reconcile(costs('2026-11-02T00:00:00Z,,0.08,usd,"gpt-6.1-terra, input"\n2026-11-03T00:00:00Z,,0.12,usd,"gpt-6.1-terra, input"'), [day({}), day({ day: "2026-11-03" })]);
  assert.deepEqual([reasonsOf(result), result.apart], [[["Time zone"], ["Time zone"]], 0]);
});

test("a bill of tokens is compared by tokens", () => {
  const bill = readBill("start_time_iso,model,num_model_requests,input_tokens,output_tokens\n2026-11-02T00:00:00Z,gpt-6.1-terra,150,60000,10000\n", null);
  const result = reconcile(bill, [day({})]);
  assert.deepEqual([result.measure, result.billed, result.ours, result.apart, reasonsOf(result)], ["tokens", 70_000, 60_000, 10_000, [["Not our calls"]]]);
});
