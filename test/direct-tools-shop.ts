import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The actions that call a tool in the turn itself, where the shop begins a workflow. */
const DIRECT: readonly (readonly [shop: string, direct: string])[] = [
  [", then: { when: isLate, workflow: delayed-order }", ""],
  ["{ workflow: cancellation, verified: true }", "{ tool: cancel_order, needs: [order_number], confirm: inferred, verified: true }"],
  ["{ workflow: refund, verified: true }", "{ tool: refund_order, needs: [order_number], confirm: always, verified: true }"],
];

/**
 * The example shop with cancelling and refunding done by tools in the turn, as a workspace without workflows does them; the
 * AI agent may call these tools too. In a folder of its own, gone on disposal.
 */
export async function makeDirectToolsShop(): Promise<AsyncDisposable & { folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), "baton-direct-tools-"));
  await cp("examples/shop", folder, { recursive: true });
  await rewrite(join(folder, "intents.yaml"), DIRECT);
  await rewrite(join(folder, "agents", "assistant.md"), [["find_customer, update_address]", "find_customer, cancel_order, refund_order, update_address]"]]);
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

async function rewrite(path: string, changes: readonly (readonly [from: string, to: string])[]): Promise<void> {
  let text = await readFile(path, "utf8");
  for (const [from, to] of changes) {
    if (text.split(from).length !== 2) throw new Error(`${path} does not hold once: ${from}`);
    text = text.replace(from, () => to);
  }
  await writeFile(path, text);
}
