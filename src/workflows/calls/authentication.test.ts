import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { decodeJwt } from "jose";
import { AppError } from "../../lib/app-error.ts";
import { createSecretReader } from "../../credentials/secret-reader.ts";
import { createMask } from "../../lib/mask-texts.ts";
import { createHttpCall } from "./call-http.ts";
import { makeCall, makeOutside, startPeer, type Answer, type Heard } from "./outside-call.contract.ts";

const json = (value: unknown): Answer => ({ body: JSON.stringify(value) });
const md5 = (text: string) => createHash("md5").update(text).digest("hex");

async function messageOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof AppError);
    return `${error.status} ${error.message} ${JSON.stringify(error.details)}`;
  }
  return assert.fail("nothing was thrown");
}

test("basic and bearer, inline, by reusable policy and from a secret", async () => {
  await using peer = await startPeer((heard) => json({ got: heard.headers.authorization }));
  const http = createHttpCall(makeOutside());
  const get = (authentication: unknown) => http(makeCall({
    with: { method: "get", endpoint: { uri: peer.url, authentication } },
    authentications: { petStore: { bearer: { token: "t-1" } } }, secrets: { login: { username: "ada", password: "pa:ss" }, key: "t-2" },
  }));
  const basic = { got: `Basic ${Buffer.from("ada:pa:ss").toString("base64")}` };
  assert.deepEqual(await get({ basic: { username: "ada", password: "pa:ss" } }), basic);
  assert.deepEqual(await get({ basic: { use: "login" } }), basic);
  assert.deepEqual(await get({ use: "petStore" }), { got: "Bearer t-1" });
  assert.deepEqual(await get({ bearer: { use: "key" } }), { got: "Bearer t-2" });
});

test("what is missing is named, what is secret is not", async () => {
  const http = createHttpCall(makeOutside());
  const get = (authentication: unknown, secrets = {}) => messageOf(http(makeCall({ with: { method: "get", endpoint: { uri: "http://127.0.0.1:1/", authentication } }, secrets })));
  assert.match(await get({ use: "nobody" }), /400 use.authentications has no "nobody"/);
  assert.match(await get({ basic: { use: "gone" } }), /The secret "gone" is not set/);
  assert.match(await get({ magic: {} }), /There is no authentication "magic"/);
  const text = await get({ basic: { use: "login" } }, { login: { username: "ada-lovelace", passwort: "hunter2-hunter2" } });
  assert.match(text, /see password/);
  assert.ok(!text.includes("hunter2") && !text.includes("ada-lovelace"), text);
});

test("digest answers the challenge, with its body sent again", async () => {
  const check = (heard: Heard): Answer => {
    const given = heard.headers.authorization;
    if (given === undefined) return { status: 401, headers: { "www-authenticate": 'Digest realm="shop, main", qop="auth,auth-int", nonce="n1", opaque="o1", algorithm=MD5' } };
    const field = (name: string) => new RegExp(`${name}="?([^",]+)`).exec(given)?.[1] ?? "";
    const expected = md5(`${md5("ada:shop, main:secret")}:n1:${field("nc")}:${field("cnonce")}:auth:${md5(`POST:${heard.url}`)}`);
    return field("response") === expected && given.includes('opaque="o1"') ? json({ body: heard.body }) : { status: 401, headers: {} };
  };
  await using peer = await startPeer(check);
  const http = createHttpCall(makeOutside());
  const post = (password: string) => http(makeCall({ with: { method: "post", endpoint: { uri: `${peer.url}/a?b=c`, authentication: { digest: { username: "ada", password } } }, body: { n: 1 } } }));
  assert.deepEqual(await post("secret"), { body: '{"n":1}' });
  assert.match(await messageOf(post("wrong")), /answered 401/);
});

test("twenty runs that want one token ask once; a refused token is asked for again once", async () => {
  let given = 0;
  let refused = "none";
  await using peer = await startPeer((heard) => {
    if (heard.url === "/oauth2/token") return { ...json({ access_token: `token-${(given += 1)}`, expires_in: 3600 }), delayMs: 50 };
    return heard.headers.authorization === refused ? { status: 401 } : json({ got: heard.headers.authorization });
  });
  const http = createHttpCall(makeOutside());
  const oauth2 = { authority: peer.url, grant: "client_credentials", client: { id: "baton", secret: "s-e-c" }, scopes: ["orders", "read"], audiences: ["shop"] };
  const get = () => http(makeCall({ with: { method: "get", endpoint: { uri: `${peer.url}/orders`, authentication: { oauth2 } } } }));
  assert.deepEqual(new Set((await Promise.all(Array.from({ length: 20 }, get))).map((answer) => JSON.stringify(answer))), new Set(['{"got":"Bearer token-1"}']));
  const asked = peer.heard.filter((heard) => heard.url === "/oauth2/token");
  assert.equal(asked.length, 1);
  assert.equal(asked[0]?.body, "grant_type=client_credentials&scope=orders+read&audience=shop&client_id=baton&client_secret=s-e-c");
  refused = "Bearer token-1";
  assert.deepEqual(await get(), { got: "Bearer token-2" });
  refused = "Bearer token-2";
  assert.deepEqual(await get(), { got: "Bearer token-3" });
});

test("the password grant, basic client authentication, a JSON request and another endpoint", async () => {
  await using peer = await startPeer((heard) => (heard.url === "/realm/auth/token" ? json({ access_token: "t" }) : json({ got: heard.headers.authorization })));
  const http = createHttpCall(makeOutside());
  const oauth2 = { authority: `${peer.url}/realm`, endpoints: { token: "/auth/token" }, grant: "password", client: { id: "a b", secret: "c", authentication: "client_secret_basic" }, request: { encoding: "application/json" }, username: "u", password: "p" };
  assert.deepEqual(await http(makeCall({ with: { method: "get", endpoint: { uri: peer.url, authentication: { oauth2 } } } })), { got: "Bearer t" });
  assert.deepEqual([peer.heard[0]?.headers.authorization, peer.heard[0]?.body], [`Basic ${Buffer.from("a%20b:c").toString("base64")}`, '{"grant_type":"password","username":"u","password":"p"}']);
});

test("oidc finds its endpoint, checks the issuer and signs an assertion", async () => {
  const token = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from('{"iss":"https://issuer.example"}').toString("base64url")}.`;
  await using peer = await startPeer((heard) => {
    if (heard.url.endsWith("/.well-known/openid-configuration")) return json({ token_endpoint: `http://${heard.headers.host}/t` });
    return heard.url === "/t" ? json({ access_token: token, expires_in: 60 }) : json({});
  });
  const http = createHttpCall(makeOutside());
  const get = (issuers: string[]) => http(makeCall({ with: { method: "get", endpoint: { uri: peer.url, authentication: { oidc: { authority: `${peer.url}/realms/x/`, grant: "client_credentials", client: { id: "me", secret: "k".repeat(32), authentication: "client_secret_jwt" }, issuers } } } } }));
  await get(["https://issuer.example"]);
  const form = new URLSearchParams(peer.heard.find((heard) => heard.url === "/t")?.body);
  assert.equal(form.get("scope"), "openid");
  const claims = decodeJwt(form.get("client_assertion") ?? "");
  assert.deepEqual([claims.iss, claims.sub, claims.aud], ["me", "me", `${peer.url}/t`]);
  assert.match(await messageOf(get(["https://other.example"])), /401 The token was issued by one that the document does not list/);
});

test("an authority that refuses is an authentication error without what was sent", async () => {
  await using peer = await startPeer(() => ({ status: 400, body: '{"error":"invalid_client","error_description":"secret top-secret-1 is wrong"}' }));
  const text = await messageOf(createHttpCall(makeOutside())(makeCall({ with: { method: "get", endpoint: { uri: peer.url, authentication: { oauth2: { authority: peer.url, grant: "client_credentials", client: { id: "x", secret: "top-secret-1" } } } } } })));
  assert.match(text, /401 The authority .* gave no token: it answered 400 \(invalid_client\)/);
  assert.ok(!text.includes("top-secret-1"));
});

test("secrets come from the environment as a text or as named texts, and are masked in every form", async () => {
  const secrets = createSecretReader(null, { BATON_SECRET_MY_KEY: "abc", BATON_SECRET_LOGIN: '{"username":"ada","password":"p"}', BATON_SECRET_ODD: "{not json", BATON_SECRET_EMPTY: "" });
  assert.deepEqual(await Promise.all(["my-key", "login", "odd", "empty", "none"].map((name) => secrets.read("acme", name))), ["abc", { username: "ada", password: "p" }, "{not json", null, null]);
  const mask = createMask({ a: { b: "p&ss word" }, short: "ab" });
  assert.equal(mask(`x p&ss word ${encodeURIComponent("p&ss word")} ${Buffer.from("p&ss word").toString("base64")} ab`), "x *** *** *** ab");
});
