import { realpath } from "node:fs/promises";
import type { OpenKnowledge } from "./open-knowledge.ts";

/** `isOurs` false: the running Baton is of another tenant, so it would never take up a sync of this workspace. */
export type Answers = { text: string; isOurs: boolean };

/** Which Baton and which workspace a knowledge command speaks of, for people; two workspaces easily share one data folder. */
export async function whoAnswers({ folder, tenantId, running }: Pick<OpenKnowledge, "folder" | "tenantId" | "running">): Promise<Answers> {
  const own = `${folder} (tenant ${tenantId})`;
  if (running === null) return { text: `Workspace ${own}; no Baton runs on this data folder.`, isOurs: true };
  const { url, workspace } = running;
  if (workspace === null) return { text: `Workspace ${own}; the running Baton at ${url} answers.`, isOurs: true };
  const isOurs = workspace.tenantId === tenantId;
  if (isOurs && (await realOf(workspace.folder)) === (await realOf(folder))) return { text: `Workspace ${own}; the running Baton at ${url} answers.`, isOurs };
  const advice = "To work on yours, stop that Baton, or give yours a data folder of its own (BATON_DATA).";
  const text = `The running Baton at ${url} answers, with another workspace: ${workspace.folder} (tenant ${workspace.tenantId}).\nYours is ${own}. ${advice}`;
  return { text, isOurs };
}

/** Said where somebody may wait for a change of the file to show. */
export const READ_AT_START = "knowledge/sources.yaml is read when Baton starts: restart it to apply a change.";

function realOf(folder: string): Promise<string> {
  return realpath(folder).catch(() => folder);
}
