import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { readJsonLines, readText } from "../tau3/data-set.ts";

export type AttackSets = { /** Instructions that others planted, of text and of code. */ instructions: string[]; /** Mails they are planted in. */ mails: string[]; /** Harmless texts that are full of the words attacks use. */ benign: { notinject: string[]; wildguard: string[] } };

const byKind = z.record(z.string(), z.array(z.string()));
const prompts = z.array(z.object({ prompt: z.string() }));

/** The folder of the data sets; null where one of them is absent. */
export function findAttackSets(): string | null {
  const folder = resolve(process.env["BATON_DATA_SETS"] ?? "../shared/data");
  return ["bipia", "notinject", "tool_injection"].every((name) => existsSync(join(folder, name))) ? folder : null;
}

/** Sources: microsoft/BIPIA (training attacks and mails), leolee99/PIGuard (NotInject; harmless prompts of WildGuard, development part). */
export async function readAttackSets(folder: string): Promise<AttackSets> {
  const read = async <T>(schema: z.ZodType<T>, ...path: string[]): Promise<T> => schema.parse(JSON.parse(await readText(folder, ...path)));
  const kinds = [await read(byKind, "bipia", "text_attack_train.json"), await read(byKind, "bipia", "code_attack_train.json")];
  const textsOf = async (name: string): Promise<string[]> => (await read(prompts, "notinject", name)).map(({ prompt }) => prompt);
  return {
    instructions: kinds.flatMap((kind) => Object.values(kind).flat()),
    mails: (await readJsonLines(z.object({ context: z.string() }), folder, "bipia", "email_train.jsonl")).map(({ context }) => context),
    benign: { notinject: await textsOf("NotInject_one.json"), wildguard: await textsOf("wildguard_benign_dev.json") },
  };
}
