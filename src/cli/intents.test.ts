import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { makeDatabase } from "../../test/start-test-app.ts";
import { correctIntent } from "../intelligence/learning/teach-intents.ts";
import { hashExamples, mergeExamples } from "../intelligence/learning/merge-examples.ts";
import { listCorrections } from "../intelligence/learning/intent-example.store.ts";
import { systemClock } from "../lib/clock.ts";
import { taxonomyOf } from "../app/understanding/compose-understanding.ts";
import { exportIntentsCommand } from "./intents-export.ts";
import { intentsCommand } from "./intents.ts";
import { openStore } from "./open-store.ts";

const INTENTS = `# What people want.
intents:
  - name: opening_hours
    description: Asks when we open.
    action: { reply: At nine. }
    examples:
      - when do you open # the usual way
      - are you open on sunday
      - opening hours please
  - name: thanks
    description: Says thanks.
    action: { reply: Welcome! }
    examples: [thank you, thanks a lot, you are closed on monday]
`;

describe("intents by the command line", () => {
  let folder = "";
  const environment = { ...process.env };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "baton-intents-"));
    await writeFile(join(folder, "baton.yaml"), "tenant: { id: cli, name: Cli }\n");
    await writeFile(join(folder, "intents.yaml"), INTENTS);
    const { owner } = await makeDatabase();
    Object.assign(process.env, { DATABASE_URL: owner, BATON_WORKSPACE: folder, BATON_DATA: folder, BATON_ROLE: "all" });
  });
  after(async () => {
    process.env = environment;
    await rm(folder, { recursive: true });
  });
  const run = async (command: typeof intentsCommand, ...args: string[]) => {
    let written = "";
    const code = await command(args, (text) => void (written += text));
    return { code, written };
  };

  test("the figures are printed, and corrections go into the file once, beside its comments", async () => {
    const before = await run(intentsCommand);
    assert.equal(before.code, 0);
    assert.match(before.written, /^6 examples, each read by a classifier that had not seen it:\n/);
    assert.match(before.written, /opening_hours +3 examples/);
    assert.match(before.written, /Corrections: 0 learned, 0 waiting/);
    let learned = "";
    {
      await using store = await openStore();
      const intents = taxonomyOf(store.workspace);
      const teach = { database: store.database, clock: systemClock, tenantId: store.tenantId, intents, embedder: null, redact: (text: string) => text, follow: () => Promise.resolve() };
      for (const [text, intent] of [["you are closed on monday", "opening_hours"], ["tell me a joke", "out_of_scope"], ["cheers", "thanks"]] as const) await correctIntent(teach, { text, intent, readAs: null, messageId: `msg_${text}`, by: "user:a" });
      learned = hashExamples(mergeExamples(intents, await listCorrections(store.database, store.tenantId)), null);
    }
    const dry = await run(exportIntentsCommand, "--dry-run");
    assert.match(dry.written, /^- thanks: "you are closed on monday"\n\+ opening_hours: "you are closed on monday"\n\+ out_of_scope: "tell me a joke"\n\+ thanks: "cheers"\n.* was not changed\.\n$/);
    assert.equal(await readFile(join(folder, "intents.yaml"), "utf8"), INTENTS);
    assert.match((await run(exportIntentsCommand)).written, /Look at it, and commit it/);
    const text = await readFile(join(folder, "intents.yaml"), "utf8");
    assert.match(text, /^# What people want\.\n/);
    assert.match(text, /- when do you open # the usual way\n/);
    assert.match(text, /- opening hours please\n {6}- you are closed on monday\n/);
    assert.match((await run(exportIntentsCommand)).written, /has all corrections already/);
    await using store = await openStore();
    assert.equal(hashExamples(mergeExamples(taxonomyOf(store.workspace), await listCorrections(store.database, store.tenantId)), null), learned, "what was learned is not learned again");
  });
});
