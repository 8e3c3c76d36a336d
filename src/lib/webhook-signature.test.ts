import assert from "node:assert/strict";
import { test } from "node:test";
import { readWebhookSecret, signWebhook } from "./webhook-signature.ts";

test("a secret is base64 with and without its prefix, and any other text is the key itself", () => {
  const key = readWebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  assert.equal(key.byteLength, 24);
  assert.deepEqual(readWebhookSecret("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), key);
  assert.deepEqual(readWebhookSecret("two words"), Buffer.from("two words"));
  assert.equal(readWebhookSecret("whsec_").byteLength, 0);
});

test("the published vector is signed as published", () => {
  const signed = signWebhook(readWebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: "1614265330", body: '{"test": 2432232314}' });
  assert.equal(signed, "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
});
