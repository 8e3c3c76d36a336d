import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, get } from "node:http";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gatherWrites } from "./gather-writes.ts";

test("the first write leaves at once, those right behind it together, and a later one at once again", async () => {
  // What the server writes: the network may hand two writes to the client as one.
  const written: string[] = [];
  const server = createServer((_, response) => {
    const write = response.write.bind(response);
    response.write = (bytes: unknown) => {
      written.push(String(bytes));
      return write(bytes);
    };
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
    let read = "";
    for await (const part of answer) read += String(part);
    assert.equal(read, "abcdef");
    assert.deepEqual(written.slice(0, 4), ["a", "bc", "d", "e"]);
  } finally {
    server.close();
  }
});
