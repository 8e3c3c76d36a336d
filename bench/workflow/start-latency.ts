import { z } from "zod";
import type { WorkflowFunction } from "../../src/workflows/functions/function.ts";
import { startInterpreter } from "../../test/conformance/start-interpreter.ts";
import { median } from "../percentile.ts";
import { ON_EVENT } from "./documents.ts";

/** From asking to the first task's effect: by a direct start, and by an event that starts the workflow; in turns. */
export async function measureStart(servers: { ingress: string; admin: string; databaseUrl: string }, times: number): Promise<{ directMs: number; eventMs: number; ratio: number }> {
  const arrived = new Map<string, (atMs: number) => void>();
  const note: WorkflowFunction = {
    name: "note", summary: "Says when it was reached.", input: z.unknown(), output: z.unknown(), traits: { waits: false, effects: true, needsConversation: false },
    run: ({ durable }, input) =>
      durable.step("note", async () => {
        const { id } = z.object({ id: z.string() }).parse(input);
        arrived.get(id)?.(performance.now());
        arrived.delete(id);
        return id;
      }),
  };
  await using interpreter = await startInterpreter({ functions: [note], servers, databaseUrl: servers.databaseUrl, namespace: "latency_" });
  interpreter.publish(ON_EVENT);
  const timed = async (id: string, begin: () => Promise<unknown>): Promise<number> => {
    const reached = new Promise<number>((resolve) => arrived.set(id, resolve));
    const fromMs = performance.now();
    await begin();
    return (await reached) - fromMs;
  };
  const [direct, event]: [number[], number[]] = [[], []];
  for (let time = 0; time < times + 20; time += 1) {
    const directMs = await timed(`d${time}`, () => interpreter.start(ON_EVENT, [{ data: { id: `d${time}` } }]));
    const eventMs = await timed(`e${time}`, () => interpreter.publishEvent({ type: "com.example.bench", data: { id: `e${time}` } }));
    if (time < 20) continue;
    direct.push(directMs);
    event.push(eventMs);
  }
  return { directMs: median(direct), eventMs: median(event), ratio: median(event) / median(direct) };
}
