import { join, resolve } from "node:path";
import type { DurableService } from "../../durable/durable.ts";
import { anchorFile, anchorWebhook, type AnchorPlace } from "../../privacy/keep-anchor.ts";
import { ANCHOR_JOB, anchorInput, runAnchor, type RunAnchorDeps } from "../../privacy/run-anchor.ts";
import { RETENTION_JOB, retentionInput, runRetention, type RunRetentionDeps } from "../../privacy/run-retention.ts";
import type { Config } from "../settings.ts";
import type { Composing } from "./composing.ts";
import type { Ground } from "./open-ground.ts";

/** What is done once a day for the ledger, and for forgetting. */
export type PrivacyParts = { anchor: RunAnchorDeps; retention: RunRetentionDeps };

export function openPrivacy({ config, clock, log }: Composing, { database, signer, workspace, outbound }: Ground): PrivacyParts {
  const { ledgerAnchorUrl: url, ledgerAnchorSecret: secret = null } = config;
  const places: AnchorPlace[] = [anchorFile(anchorFileOf(config)), ...(url === undefined ? [] : [anchorWebhook({ outbound, clock }, { url, secret })])];
  return { anchor: { database, clock, log, signer, places }, retention: { database, clock, log, plan: workspace.retention } };
}

export function anchorFileOf(config: Pick<Config, "ledgerAnchorFile" | "dataDir">): string {
  return config.ledgerAnchorFile ?? join(resolve(config.dataDir), "ledger-anchors.jsonl");
}

/** `own` refuses another tenant's work. */
export function privacyServices({ anchor, retention }: PrivacyParts, own: <Input extends { tenantId: string }>(input: Input) => Input): DurableService[] {
  return [
    { name: ANCHOR_JOB.service, isKeyed: true, handlers: { run: (durable, input) => runAnchor(anchor, durable, own(anchorInput.parse(input))) } },
    { name: RETENTION_JOB.service, isKeyed: true, handlers: { run: (durable, input) => runRetention(retention, durable, own(retentionInput.parse(input))) } },
  ];
}
