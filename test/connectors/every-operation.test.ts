import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isRecord } from "../../src/lib/is-record.ts";
import { shapeOfJsonSchema } from "../../src/lib/shape.ts";
import type { Connector } from "../../src/tools/connectors/connector.ts";
import { loadConnectors } from "../../src/tools/connectors/load-connectors.ts";
import type { Operation } from "../../src/tools/connectors/operation.ts";
import { undoFault } from "../../src/tools/declared/check-undo.ts";
import { typesOf } from "../../src/tools/declared/argument-shape.ts";
import { openAt, openHouse } from "./open-connector.ts";
import { startPeer } from "../../src/workflows/calls/outside-call.contract.ts";

/** What every operation of every connector must do, whatever it is about: be sent whole, be answered as it declares, be repeated only where it may. */
const house = openHouse();

const TEXTS = ["text", "7", "2026-01-01T00:00:00Z", "https://example.com/x", "#1042", "ch_1", "sub_1", "gid://shopify/LineItem/1", "gid://shopify/OrderTransaction/1", "12.50", "SUP-1", "500000000000001", "00a000000000001", "C0123456789", "1.5", "1m"];

function sampleOf(schema: Record<string, unknown>): unknown {
  const { enum: choices, minimum } = schema;
  if (Array.isArray(choices)) return choices[0];
  const [type] = typesOf(schema);
  if (type === "integer" || type === "number") return typeof minimum === "number" ? minimum : 1;
  if (type === "boolean") return true;
  if (type === "object") return { a: 1 };
  if (type === "array") return ["text"];
  const shape = shapeOfJsonSchema(schema);
  return TEXTS.find((text) => shape.parse(text).isFit) ?? assert.fail(`no sample of ${JSON.stringify(schema)}`);
}

/** An answer that holds the value at the path. */
function at(path: string | undefined, value: unknown): unknown {
  return (path === undefined ? [] : path.split(".")).reduceRight<unknown>((held, name) => (/^\d+$/.test(name) ? Array.from({ length: Number(name) + 1 }, (_, index) => (index === Number(name) ? held : null)) : { [name]: held }), value);
}

function merged(left: unknown, right: unknown): unknown {
  if (Array.isArray(left) && Array.isArray(right)) return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => merged(left[index], right[index]));
  if (!isRecord(left) || !isRecord(right)) return right ?? left;
  return Object.fromEntries([...new Set([...Object.keys(left), ...Object.keys(right)])].map((name) => [name, merged(left[name], right[name])]));
}

/** What the system answers to the look-ups and to the call, by what the operation takes out of them. */
function answersOf(operation: Operation): unknown[] {
  const ownOf = (own: Operation["own"]) => Object.entries(own).reduce<unknown>((held, [path, wanted]) => merged(held, at(path, wanted === "{email}" ? "Ada@example.com" : "id-1")), {});
  const looks = operation.first.map(({ pick, own }) => at(pick, pick !== undefined && /(^|\.)id$/i.test(pick) ? "id-1" : merged(ownOf(own), { id: "id-1" })));
  const members = Object.entries(operation.output).filter(([, member]) => member.given === undefined && !typesOf(member).includes("null"));
  const record = merged(members.reduce<unknown>((held, [name, member]) => merged(held, at(member.at ?? name, sampleOf(member))), {}), ownOf(operation.own));
  return [...looks, at(operation.pick, operation.many ? [record] : record)];
}

const declarationOf = ({ name, parameters, authentications }: Connector, url: string, operations: string[]) => {
  const [way = ""] = Object.keys(authentications);
  const needsSecret = JSON.stringify(authentications[way]).includes("{secret}") || authentications[way]?.signs !== undefined;
  return { connector: name, ...Object.fromEntries(Object.entries(parameters).map(([key, { example }]) => [key, example])), ...(needsSecret ? { secret: "a_secret" } : {}), server: url, operations };
};

for (const connector of loadConnectors().values()) {
  describe(connector.name, () => {
    test("its tools are whole: schemas, undo, purpose, risk", async () => {
      const { tools } = await openAt(house(), declarationOf(connector, "http://127.0.0.1:1", Object.keys(connector.operations)));
      for (const tool of tools.values()) {
        for (const shape of [tool.input, tool.output]) assert.doesNotMatch((({ reason = "" }: { reason?: string }) => reason)(Object(shape.parse(null))), /schema itself/, tool.name);
        assert.equal(undoFault(tool, tools), null);
        assert.equal(tool.risk === "read", tool.idempotency === "natural" && tool.risk === "read", tool.name);
      }
    });

    for (const [name, operation] of Object.entries(connector.operations)) {
      test(`${name} is sent whole and answered as declared; a failure is repeated only where that may be`, async () => {
        const isToken = JSON.stringify(Object.values(connector.authentications)[0]).includes("oauth2");
        const answers = [...(isToken ? [{ access_token: "tok-1234567890", expires_in: 300 }] : []), ...answersOf(operation)];
        let count = 0;
        let isAway = false;
        await using peer = await startPeer(() => (isAway ? { status: 503, body: "" } : { body: JSON.stringify(answers[Math.min((count += 1), answers.length) - 1]) }));
        const opened = await openAt(house(), declarationOf(connector, peer.url, [name]));
        const given = Object.fromEntries(Object.entries(operation.input).filter(([argument]) => !Object.hasOwn(operation.bind, argument)).map(([argument, schema]) => [argument, sampleOf(schema)]));
        const record = await opened.call(`${connector.name}_${name}`, given);
        assert.deepEqual([record.status, record.reason], ["ok", null], JSON.stringify([given, answers]));
        for (const { url, body } of peer.heard) assert.doesNotMatch(decodeURIComponent(url) + (operation.graphql === undefined ? body : ""), /\{[a-z_.]+\}|undefined/i);
        isAway = true;
        const before = peer.heard.length;
        assert.equal((await opened.call(`${connector.name}_${name}`, given)).status, "failed");
        const mayRepeat = operation.risk === "read" || (operation.idempotency !== undefined && operation.idempotency !== "none");
        assert.equal(peer.heard.length - before, mayRepeat ? 3 : 1);
      });
    }
  });
}
