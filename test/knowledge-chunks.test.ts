import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { z } from "zod";
import { makeDirectToolsShop } from "./direct-tools-shop.ts";
import { startTestApp } from "./start-test-app.ts";

const chunk = z.object({ heading: z.string(), lead: z.string(), text: z.string(), startOffset: z.number(), endOffset: z.number() });
const chunks = z.object({ items: z.array(chunk) });

const HEAD = "| Country | Standard delivery | Price |\n| --- | --- | --- |";
const TABLE = `${HEAD}\n${Array.from({ length: 40 }, (_, number) => `| Country${number} | ${number + 3} working days | ${number}.50 euros |`).join("\n")}`;
const BODY = `# Delivery\n\n## Abroad\n\n${TABLE}\n`;

test("a document's chunks are shown with heading path and lead, and a preview cuts by the tenant's own settings, as the document was cut", async () => {
  await using shop = await makeDirectToolsShop();
  await writeFile(join(shop.folder, "knowledge", "sources.yaml"), "chunks: { targetTokens: 40, hardTokens: 80, overlapTokens: 0 }\n");
  await writeFile(join(shop.folder, "knowledge", "delivery-abroad.md"), `---\ntitle: Delivery\naudience: [public]\n---\n${BODY}`);
  await using app = await startTestApp({ env: { BATON_WORKSPACE: shop.folder } });
  const headers = { ...(await app.signIn()), "content-type": "application/json" };
  const read = async (path: string, init?: RequestInit): Promise<unknown> => (await app.request(`/api/knowledge${path}`, { headers, ...init })).json();
  const [head] = z.object({ items: z.array(z.object({ id: z.string() })) }).parse(await read("/documents?query=delivery-abroad")).items;
  const document = z.object({ title: z.string(), body: z.string(), chunks: z.array(chunk) }).parse(await read(`/documents/${head?.id ?? ""}`));
  assert.ok(document.chunks.length > 5);
  assert.ok(document.chunks.every(({ heading }) => heading === "Delivery › Abroad"));
  assert.deepEqual([...new Set(document.chunks.map(({ lead }) => lead))], ["", HEAD], "every part of the table but the first has its head in front");
  const asCut = document.chunks.map(({ lead, text }) => ({ lead, text }));
  const text = chunks.parse(await read("/chunk-preview", { method: "POST", body: JSON.stringify({ title: document.title, body: document.body }) }));
  assert.deepEqual(text.items.map(({ lead, text: cut }) => ({ lead, text: cut })), asCut);
  const file = chunks.parse(await read("/file-previews/delivery.md", { method: "POST", body: BODY, headers: { ...headers, "content-type": "text/markdown" } }));
  assert.equal(file.items.length, asCut.length);
});
