import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { z } from "zod";
import { startTestApp, type TestApp } from "../../../test/start-test-app.ts";
import { createKey } from "../../identity/authenticate.ts";

const schema = z.record(z.string(), z.unknown());
const operation = z.object({ requestBody: z.object({ content: z.object({ "application/json": z.object({ schema }) }) }).optional(), responses: z.record(z.string(), z.object({ content: z.record(z.string(), z.object({ schema })) })) });
const openApi = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())), components: z.object({ schemas: schema }) });

const QUESTION = "How long do I have to return something?";
/** A request of each route that is answered without any model. */
const ASKED: Readonly<Record<string, unknown>> = {
  "/v1/chat/completions": { model: "baton/support", messages: [{ role: "user", content: QUESTION }] }, "/v1/responses": { model: "baton/support", input: QUESTION }, "/v1/embeddings": { model: "baton/embedding", input: ["returns"] }, "/v1/models": null, "/v1/models/{id}": null,
};

describe("the gateway in the OpenAPI document", () => {
  let app: TestApp;
  let key: string;
  let document: z.infer<typeof openApi>;
  before(async () => {
    app = await startTestApp();
    key = await createKey(app.running.app.identity, "shop", "a test", ["gateway"]);
    document = openApi.parse(await (await app.request("/api/openapi.json")).json());
  });
  after(() => app[Symbol.asyncDispose]());

  const routes = () => Object.entries(document.paths).flatMap(([path, methods]) => (path.startsWith("/v1/") ? Object.entries(methods).map(([method, given]) => ({ path, method: method.toUpperCase(), operation: operation.parse(given) })) : []));
  const isValid = (given: Record<string, unknown>, value: unknown): string => {
    const ajv = new Ajv2020({ strict: false });
    return ajv.validate({ ...given, components: document.components }, value) ? "" : ajv.errorsText();
  };

  test("every route is in it, asks for a key, and takes and answers what it says", async () => {
    assert.deepEqual(routes().map(({ path }) => path).sort(), Object.keys(ASKED).sort());
    for (const { path, method, operation: { requestBody, responses } } of routes()) {
      const given = ASKED[path];
      const send = (headers: Record<string, string>) => app.request(path.replace("{id}", "baton/support"), { method, headers: { "content-type": "application/json", ...headers }, ...(given === null ? {} : { body: JSON.stringify(given) }) });
      const closed = await send({});
      assert.equal(closed.status, 401, path);
      assert.equal(isValid(responses["401"]?.content["application/json"]?.schema ?? { not: {} }, await closed.json()), "", path);
      if (requestBody !== undefined) {
        assert.equal(isValid(requestBody.content["application/json"].schema, given), "", path);
        assert.notEqual(isValid(requestBody.content["application/json"].schema, { ...z.record(z.string(), z.unknown()).parse(given), nonsense: 1 }), "", `${path}: what is not taken is not described`);
      }
      const open = await send({ authorization: `Bearer ${key}` });
      const told = isValid(responses[String(open.status)]?.content["application/json"]?.schema ?? { not: {} }, await open.json());
      assert.equal(told, "", `${path} ${open.status}`);
      // There is an embedding model only where one is installed.
      assert.ok(open.status === 200 || (path === "/v1/embeddings" && open.status === 404), `${path} ${open.status}`);
    }
  });
});
