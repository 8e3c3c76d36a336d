import assert from "node:assert/strict";
import { test } from "node:test";
import { readWorkflow } from "../document/read-workflow.ts";
import { drawWorkflow } from "./draw-workflow.ts";

const text = `document: { dsl: '1.0.3', namespace: shop, name: refund, version: '1.0.0' }
evaluate: { language: cel }
do:
  - look:
      call: retrieve
      with: { query: x }
  - route:
      switch:
        - small:
            when: \${ input.amount < 10 }
            then: pay
        - large:
            then: ask
  - ask:
      try:
        - person:
            call: approve
            with: { tool: refund_order, reason: high }
      catch:
        do:
          - sorry:
              call: reply
              with: { text: Sorry }
      then: end
  - pay:
      fork:
        branches:
          - money:
              set: { a: 1 }
          - mail:
              set: { b: 1 }
`;

test("tasks are nodes with their pointer, and what a task holds has it as parent", () => {
  const { nodes } = drawWorkflow(readWorkflow(text, "refund.yaml"));
  assert.deepEqual(nodes.map((node) => [node.name, node.kind, node.parent]), [
    ["start", "start", null], ["look", "call", null], ["route", "switch", null], ["ask", "try", null], ["person", "call", "/do/2/ask"], ["sorry", "call", "/do/2/ask"], ["pay", "fork", null], ["money", "set", "/do/3/pay"], ["mail", "set", "/do/3/pay"], ["end", "end", null],
  ]);
  assert.equal(nodes.find((node) => node.name === "look")?.place?.line, 4);
});

test("edges carry the branch that the counts name", () => {
  const { edges } = drawWorkflow(readWorkflow(text, "refund.yaml"));
  assert.deepEqual(edges.map((edge) => [edge.from.split("/").at(-1), edge.to.split("/").at(-1), edge.branch]), [
    ["start", "look", null], ["look", "route", null], ["route", "pay", "small"], ["route", "ask", "large"], ["ask", "person", "try"], ["ask", "sorry", "catch"], ["ask", "end", null], ["pay", "money", "money"], ["pay", "mail", "mail"], ["pay", "end", null],
  ]);
  assert.equal(new Set(edges.map((edge) => edge.id)).size, edges.length);
});
