import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, get } from "node:http";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gatherWrites } from "./gather-writes.ts";

test("the first write leaves at once, those right behind it together, and a later one at once again", async () => {
  const server = createServer((_, response) => {
    const gathered = gatherWrites(response);
    const run = async () => {
      for (const part of ["a", "b", "c"]) gathered.write(Buffer.from(part));
      await sleep(40);
      gathered.write(Buffer.from("d"));
      await sleep(40);
      for (const part of ["e", "f"]) gathered.write(Buffer.from(part));
      response.end(gathered.take());
      assert.equal(gathered.take(), null);
    };
    run().catch(() => response.destroy());
  });
  try {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const asked = get({ port: typeof address === "object" && address !== null ? address.port : 0, host: "127.0.0.1" });
    const [answer] = await once(asked, "response");
    const parts: string[] = [];
    for await (const part of answer) parts.push(String(part));
    assert.equal(parts.join(""), "abcdef");
    assert.ok(parts.includes("d"), parts.join("|"));
    assert.ok(parts.join("|").startsWith("a|bc|"), parts.join("|"));
  } finally {
    server.close();
  }
});
