import { z } from "zod";

/** One setting: its variable, what it accepts, what it is when unset, what it is for. Secrets are told apart so that none is ever printed. */
type Setting = { env: string; schema: z.ZodType<unknown, string | undefined>; doc: string; isSecret?: boolean };

const optional = z.string().min(1).optional();
const port = (fallback: number) => z.string().default(String(fallback)).transform(Number).pipe(z.number().int().min(0).max(65_535));
const count = (fallback: number, min: number, max: number) => z.string().default(String(fallback)).transform(Number).pipe(z.number().int().min(min).max(max));

/** Every setting of Baton; the reference page and `readConfig` are made from this list. */
export const SETTINGS = {
  role: { env: "BATON_ROLE", schema: z.enum(["all", "web", "worker"]).default("all"), doc: "What this process does: `web` answers HTTP, `worker` runs turns, `all` does both." },
  dataDir: { env: "BATON_DATA", schema: z.string().min(1).default(".baton"), doc: "Folder of the embedded database and engine, their logs and lock." },
  workspace: { env: "BATON_WORKSPACE", schema: z.string().min(1).default("examples/shop"), doc: "Folder of the workspace: baton.yaml, intents, tools, policies, knowledge." },
  host: { env: "BATON_HOST", schema: z.string().min(1).default("127.0.0.1"), doc: "Address the HTTP server binds." },
  port: { env: "BATON_PORT", schema: port(3000), doc: "Port of the HTTP server; 0 takes a free one. The default moves on to the next free port when 3000 is taken and nothing was set." },
  publicUrl: { env: "BATON_PUBLIC_URL", schema: z.url().optional(), doc: "How browsers reach Baton, when it stands behind a proxy." },
  databaseUrl: { env: "DATABASE_URL", schema: optional, doc: "An outside PostgreSQL (15 or newer) instead of the embedded one.", isSecret: true },
  workspaceDatabaseUrl: { env: "BATON_WORKSPACE_DATABASE_URL", schema: optional, doc: "The business database that the workspace's SQL tools use; without it, Baton's own database under a role that sees nothing of Baton.", isSecret: true },
  masterKeys: { env: "BATON_MASTER_KEYS", schema: optional, doc: "Master keys that seal stored secrets (base64, 32 bytes each; with spaces between, the first seals). Every process needs the same ones; without them they are kept in BATON_KEY_FILE.", isSecret: true },
  keyFile: { env: "BATON_KEY_FILE", schema: optional, doc: "File of the master keys; `keys.json` in the data folder without it. Keep a copy elsewhere than the database's: without it no stored secret can be read." },
  restateIngressUrl: { env: "RESTATE_INGRESS_URL", schema: z.url().optional(), doc: "An outside Restate's ingress, together with RESTATE_ADMIN_URL." },
  restateAdminUrl: { env: "RESTATE_ADMIN_URL", schema: z.url().optional(), doc: "An outside Restate's admin API." },
  eventsSecret: { env: "BATON_EVENTS_SECRET", schema: optional, doc: "Secret (`whsec_...`) of the systems that sign what they post to /api/events; two with a space between while one replaces the other.", isSecret: true },
  approvalsWebhookUrl: { env: "BATON_APPROVALS_WEBHOOK_URL", schema: z.url({ protocol: /^https?$/ }).optional(), doc: "Where notices go that a call waits for approval: who is asked, and the text and link of a mail to them." },
  approvalsWebhookSecret: { env: "BATON_APPROVALS_WEBHOOK_SECRET", schema: optional, doc: "Signs these notices (`whsec_...`, Standard Webhooks).", isSecret: true },
  outboundAllow: { env: "BATON_OUTBOUND_ALLOW", schema: z.string().default(""), doc: "Private addresses that workflows and tools may call, with commas between: `host`, `host:port`, `*.domain`, an address or a range such as `10.1.0.0/16`. Public ones need no entry." },
  mcpCommands: { env: "BATON_MCP_COMMANDS", schema: z.string().default(""), doc: "Programs that tools of kind `mcp` and `call: mcp` of workflows may start on this machine (stdio), with commas between; none when empty." },
  mcpCallerPerMinute: { env: "BATON_MCP_CALLER_PER_MINUTE", schema: count(600, 0, 1_000_000), doc: "Messages to /mcp that one API key, or one contact, may send in a minute, over all processes; 0: no limit." },
  mcpAddressPerMinute: { env: "BATON_MCP_ADDRESS_PER_MINUTE", schema: count(1_200, 0, 1_000_000), doc: "Requests to /mcp that a process takes from one address in a minute, signed in or not; 0: no limit. A proxy in your own network is believed the address it adds to X-Forwarded-For." },
  fileFolders: { env: "BATON_FILE_FOLDERS", schema: z.string().default(""), doc: "Absolute folders outside of the workspace that its tools of kind `files` and its knowledge sources of kinds `folder` and `git` may read, with commas between; none when empty." },
  runProcesses: { env: "BATON_RUN_PROCESSES", schema: z.string().default("").refine((text) => text.split(",").every((each) => ["", "script", "shell"].includes(each.trim())), "script, shell, or both with a comma between"), doc: "What workflows may start by `run`: `script`, `shell`, with a comma between; nothing when empty. Such a program has the rights of this process, so allow it only where everybody who publishes may have them." },
  slaHandoffMinutes: { env: "BATON_SLA_HANDOFF_MINUTES", schema: count(0, 0, 100_000), doc: "A hand-off that waits longer for a person is told as `sla.missed`; 0: no promise." },
  slaAnswerMinutes: { env: "BATON_SLA_ANSWER_MINUTES", schema: count(0, 0, 100_000), doc: "A message that waits longer for the person who holds its conversation is told as `sla.missed`; 0: no promise." },
  volumeWindowMinutes: { env: "BATON_VOLUME_WINDOW_MINUTES", schema: count(15, 1, 60), doc: "Length of the window whose messages are compared with the usual for `volume.spiked`." },
  volumeFactor: { env: "BATON_VOLUME_FACTOR", schema: z.string().default("2").transform(Number).pipe(z.number().min(1).max(1_000)), doc: "How many times the usual is a spike." },
  volumeMinMessages: { env: "BATON_VOLUME_MIN_MESSAGES", schema: count(20, 1, 1_000_000), doc: "Fewer messages in the window are no spike." },
  runRetentionDays: { env: "BATON_RUN_RETENTION_DAYS", schema: count(90, 0, 36_500), doc: "Days that a workflow's run is kept after its end, with its tasks; 0 keeps it. Runs under way and runs of open cases always stay, and counts of tasks and branches cover the runs that are kept." },
  ledgerAnchorFile: { env: "BATON_LEDGER_ANCHOR_FILE", schema: optional, doc: "File to which the signed end of each day's ledger is added, a JSON line each; `ledger-anchors.jsonl` in the data folder without it. Put it where whoever may change the database may not write." },
  ledgerAnchorUrl: { env: "BATON_LEDGER_ANCHOR_URL", schema: z.url({ protocol: /^https?$/ }).optional(), doc: "Where it is posted as well (`ledger.anchored`), so that somebody else keeps it." },
  ledgerAnchorSecret: { env: "BATON_LEDGER_ANCHOR_SECRET", schema: optional, doc: "Signs these posts (`whsec_...`, Standard Webhooks).", isSecret: true },
  knowledgeKeepDays: { env: "BATON_KNOWLEDGE_KEEP_DAYS", schema: count(0, 0, 36_500), doc: "Days that versions of documents are kept after they were last served; older ones are forgotten once a day, but for those that a snapshot holds or a stored reply quotes. 0 keeps all." },
  namespace: { env: "BATON_NAMESPACE", schema: z.string().regex(/^[a-z][a-z0-9]{0,30}$/).optional(), doc: "Name of this installation, when several share one Restate." },
  endpointHost: { env: "BATON_ENDPOINT_HOST", schema: z.string().min(1).default("127.0.0.1"), doc: "Address on which Restate reaches this process." },
  endpointPort: { env: "BATON_ENDPOINT_PORT", schema: port(0), doc: "Port on which Restate reaches this process; 0 takes a free one." },
  endpointUrl: { env: "BATON_ENDPOINT_URL", schema: z.url().optional(), doc: "How an outside Restate is told to reach this process, when that is another name." },
  searchIndex: { env: "BATON_SEARCH_INDEX", schema: z.enum(["embedded", "pgvector"]).default("embedded"), doc: "Where knowledge is searched: `embedded` in this process's memory, or `pgvector` in the database, which then needs the extension vector (0.8 or newer)." },
  searchMemoryMb: { env: "BATON_SEARCH_MEMORY_MB", schema: count(2_048, 16, 4_096), doc: "Memory of the embedded search index; about 2 MB hold 1,000 chunks. When it is full, the tenants that were not asked for longest are built again at their next use." },
  searchThreads: { env: "BATON_SEARCH_THREADS", schema: count(0, 0, 64), doc: "Threads that search; 0: as many as there are cores, less one where there are more than two." },
  databaseConnections: { env: "BATON_DATABASE_CONNECTIONS", schema: count(16, 2, 500), doc: "Connections this process keeps to PostgreSQL." },
  openaiApiKey: { env: "OPENAI_API_KEY", schema: optional, doc: "Answers with OpenAI.", isSecret: true },
  openaiBaseUrl: { env: "OPENAI_BASE_URL", schema: z.url().optional(), doc: "Another address of OpenAI's API." },
  anthropicApiKey: { env: "ANTHROPIC_API_KEY", schema: optional, doc: "Answers with Anthropic.", isSecret: true },
  anthropicBaseUrl: { env: "ANTHROPIC_BASE_URL", schema: z.url().optional(), doc: "Another address of Anthropic's API." },
  modelUrl: { env: "BATON_MODEL_URL", schema: z.url().optional(), doc: "Any OpenAI-compatible server (Ollama, llama.cpp, vLLM), up to and without /chat/completions." },
  modelName: { env: "BATON_MODEL", schema: optional, doc: "Name of the model; needed with BATON_MODEL_URL." },
  modelApiKey: { env: "BATON_MODEL_KEY", schema: optional, doc: "Key of BATON_MODEL_URL, if it wants one.", isSecret: true },
  modelHandling: { env: "BATON_MODEL_HANDLING", schema: z.enum(["inside", "outside"]).optional(), doc: "Overrules whether BATON_MODEL_URL counts as inside the house." },
  webhookSecret: { env: "BATON_WEBHOOK_SECRET", schema: optional, doc: "Signs replies pushed to the workspace's webhook (Standard Webhooks).", isSecret: true },
  adminEmail: { env: "BATON_ADMIN_EMAIL", schema: z.email().default("admin@baton.local"), doc: "The first sign-in of the console." },
  adminPassword: { env: "BATON_ADMIN_PASSWORD", schema: z.string().min(8).optional(), doc: "Its password; without it one is made at the first start and kept in the data folder.", isSecret: true },
  logLevel: { env: "BATON_LOG", schema: z.enum(["debug", "info", "warn", "error"]).default("info"), doc: "Least severe log line that is written." },
} satisfies Record<string, Setting>;

export type Config = { [Name in keyof typeof SETTINGS]: z.output<(typeof SETTINGS)[Name]["schema"]> } & { isPortChosen: boolean };
