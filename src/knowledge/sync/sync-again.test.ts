import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { startTestApp, until } from "../../../test/start-test-app.ts";

const sync = z.object({ id: z.string(), status: z.string(), isFollowed: z.boolean() });
const syncs = z.object({ items: z.array(sync) });
const documents = z.object({ items: z.array(z.object({ path: z.string() })) });

/** An app with an upload source, whose reading of files waits at every file named by `hold` until it is let go. */
async function startLibrary() {
  const app = await startTestApp();
  const headers = await app.signIn();
  const { knowledge } = app.running.app;
  const { parse } = knowledge;
  const held = new Map<string, { reached: PromiseWithResolvers<void>; released: PromiseWithResolvers<void> }>();
  knowledge.parse = async (file) => {
    const gate = held.get(file.name);
    gate?.reached.resolve();
    await gate?.released.promise;
    return parse(file);
  };
  const ask = async (method: string, path: string, body?: string) => {
    const type = body?.startsWith("{") === true ? "application/json" : "text/plain";
    const answer = await app.request(`/api/knowledge${path}`, { method, headers: { ...headers, ...(body === undefined ? {} : { "content-type": type }) }, ...(body === undefined ? {} : { body }) });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
    const read: unknown = await answer.json();
    return read;
  };
  await ask("POST", "/sources", JSON.stringify({ name: "files", kind: "upload", defaults: { audience: ["public"] } }));
  return {
    ask,
    upload: async (name: string) => sync.parse(await ask("PUT", `/sources/files/files/${name}`, `The text of ${name}, which is about lanterns.`)),
    hold(name: string) {
      const gate = { reached: Promise.withResolvers<void>(), released: Promise.withResolvers<void>() };
      held.set(name, gate);
      return { reached: () => gate.reached.promise, release: () => gate.released.resolve() };
    },
    paths: async () => documents.parse(await ask("GET", "/documents?source=files")).items.map(({ path }) => path),
    syncs: async () => syncs.parse(await ask("GET", "/sources/files/syncs")).items,
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

test("files that are uploaded while a sync runs are taken by one more sync, which begins when it ends", async () => {
  await using library = await startLibrary();
  const gate = library.hold("first.txt");
  const running = await library.upload("first.txt");
  await gate.reached();
  for (const name of ["second.txt", "third.txt"]) assert.deepEqual(await library.upload(name), { ...running, status: "running", isFollowed: true });
  gate.release();
  await until(async () => (await library.paths()).length === 3);
  await until(async () => (await library.syncs()).every(({ status }) => status === "done"));
  assert.deepEqual((await library.syncs()).map(({ id, isFollowed }) => [id === running.id, isFollowed]), [[false, false], [true, true]], "one more, however many files came");
});

test("a sync that a person stops is not followed by another", async () => {
  await using library = await startLibrary();
  const gate = library.hold("first.txt");
  const running = await library.upload("first.txt");
  await gate.reached();
  await library.upload("second.txt");
  await library.ask("POST", `/syncs/${running.id}/cancel`);
  gate.release();
  assert.deepEqual((await library.syncs()).map(({ id, status }) => [id, status]), [[running.id, "cancelled"]]);
  await library.ask("POST", "/sources/files/syncs", "{}");
  await until(async () => (await library.paths()).length === 2);
});
