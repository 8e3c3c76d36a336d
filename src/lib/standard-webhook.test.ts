import assert from "node:assert/strict";
import { test } from "node:test";
import { verifyStandardWebhook } from "./standard-webhook.ts";

type Vector = { name: string; secret: string; now: number; headers: Record<string, string>; body: string; valid: boolean; reason?: string };

/** Source: the test vectors of standard-webhooks/standard-webhooks (libraries/tests, MIT), and cases computed from its algorithm. */
const VECTORS: readonly Vector[] = [
  {"name": "published vector", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "now": 1614265330, "headers": {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330", "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, "body": "{\"test\": 2432232314}", "valid": true},
  {"name": "secret without whsec_ prefix", "secret": "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "now": 1614265330, "headers": {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330", "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, "body": "{\"test\": 2432232314}", "valid": true},
  {"name": "one char of signature changed", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "now": 1614265330, "headers": {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330", "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA="}, "body": "{\"test\": 2432232314}", "valid": false, "reason": "signature"},
  {"name": "partial signature", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "now": 1614265330, "headers": {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330", "webhook-signature": "v1,g0hM9"}, "body": "{\"test\": 2432232314}", "valid": false, "reason": "signature"},
  {"name": "empty signature after v1,", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "now": 1614265330, "headers": {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330", "webhook-signature": "v1,"}, "body": "{\"test\": 2432232314}", "valid": false, "reason": "signature"},
  {"name": "missing webhook-id", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "now": 1614265330, "headers": {"webhook-timestamp": "1614265330", "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, "body": "{\"test\": 2432232314}", "valid": false, "reason": "header"},
  {"name": "missing webhook-timestamp", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "now": 1614265330, "headers": {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, "body": "{\"test\": 2432232314}", "valid": false, "reason": "header"},
  {"name": "missing webhook-signature", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "now": 1614265330, "headers": {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330"}, "body": "{\"test\": 2432232314}", "valid": false, "reason": "header"},
  {"name": "timestamp not a number", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "now": 1614265330, "headers": {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "hello", "webhook-signature": "v1,VAkXo3/v+rkhZ+teV3357vQMOW5wvRMWWMtOAH8e2C0="}, "body": "{\"test\": 2432232314}", "valid": false, "reason": "timestamp"},
  {"name": "body changed", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "now": 1614265330, "headers": {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330", "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, "body": "{\"test\": 2432232315}", "valid": false, "reason": "signature"},
  {"name": "5 min 1 s old", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "now": 1614265631, "headers": {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330", "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, "body": "{\"test\": 2432232314}", "valid": false, "reason": "timestamp"},
  {"name": "5 min 1 s in the future", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "now": 1614265029, "headers": {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330", "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, "body": "{\"test\": 2432232314}", "valid": false, "reason": "timestamp"},
  {"name": "4 min 59 s old", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "now": 1614265629, "headers": {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330", "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, "body": "{\"test\": 2432232314}", "valid": true},
  {"name": "several signatures, one valid (key rotation)", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "now": 1614265330, "headers": {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330", "webhook-signature": "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="}, "body": "{\"test\": 2432232314}", "valid": true},
  {"name": "several signatures, none valid", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "now": 1614265330, "headers": {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330", "webhook-signature": "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="}, "body": "{\"test\": 2432232314}", "valid": false, "reason": "signature"},
  {"name": "valid digest under unknown version v2", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "now": 1614265330, "headers": {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330", "webhook-signature": "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, "body": "{\"test\": 2432232314}", "valid": false, "reason": "signature"},
  {"name": "unpadded secret LaS", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "now": 1614265330, "headers": {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330", "webhook-signature": "v1,LVOXivKoo4FWasi/IaHvzhE/u+7/cu2AME+zS/nXqzk="}, "body": "{\"test\": 2432232314}", "valid": true},
  {"name": "unpadded secret wBr", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwBr", "now": 1614265330, "headers": {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330", "webhook-signature": "v1,yK2tMbA6BHPrMEJ1lLv7UlJJbgFoqGenJkiajZ29evg="}, "body": "{\"test\": 2432232314}", "valid": true},
  {"name": "empty body", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "now": 1614265330, "headers": {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330", "webhook-signature": "v1,v48jdbgvh29KJz2Qc+ghw8G6vG3nAKnujWBg8oM/62A="}, "body": "", "valid": true},
  {"name": "empty secret", "secret": "whsec_", "now": 1614265330, "headers": {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330", "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, "body": "{\"test\": 2432232314}", "valid": false, "reason": "config"},
];

const verdictOf = (vector: Vector) => verifyStandardWebhook([vector.secret], { id: vector.headers["webhook-id"], timestamp: vector.headers["webhook-timestamp"], signature: vector.headers["webhook-signature"], body: vector.body }, vector.now * 1_000);

for (const vector of VECTORS) {
  test(`${vector.name}: ${vector.valid ? "valid" : "refused"}`, () => {
    const verdict = verdictOf(vector);
    assert.equal(verdict.kind, vector.valid ? "valid" : "invalid");
    if (verdict.kind === "invalid") assert.match(verdict.reason, { header: /are needed/, timestamp: /webhook-timestamp/, signature: /no signature/, config: /no secret/ }[vector.reason ?? ""] ?? /never/);
  });
}

test("while one secret replaces another, both are good", () => {
  const [vector] = VECTORS;
  assert.ok(vector);
  const request = { id: vector.headers["webhook-id"], timestamp: vector.headers["webhook-timestamp"], signature: vector.headers["webhook-signature"], body: vector.body };
  assert.equal(verifyStandardWebhook(["whsec_AAAA", vector.secret], request, vector.now * 1_000).kind, "valid");
  assert.equal(verifyStandardWebhook(["whsec_AAAA"], request, vector.now * 1_000).kind, "invalid");
});
