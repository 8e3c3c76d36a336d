import pg from "pg";
import type { Log } from "../lib/log.ts";
import type { MessageView } from "../shapes/conversation.ts";

/** What open pages are told at once: a page reads the truth from the store, these say "look again". */
export type LiveEvent = ConversationEvent | RunEvent | KnowledgeEvent;

export type ConversationEvent = { tenantId: string; conversationId: string } & (
  /** `message`: what was committed, where it was committed by this process; it is not told to others. */
  | { kind: "message"; seq: number; message?: MessageView }
  | { kind: "holder" }
  | { kind: "handoff" }
  | { kind: "stage"; turnId: string; stage: string }
  | { kind: "delta"; turnId: string; index: number; text: string }
  | { kind: "withdrawn"; turnId: string }
  | { kind: "finished"; turnId: string }
);

/** A run's record was written; an approval was asked for, decided, handed on or is over. */
export type RunEvent = { tenantId: string } & (
  /** `runIds`: null when so many changed at once that they are not named. */
  | { kind: "runs"; runIds: readonly string[] | null }
  | { kind: "approval"; /** Null: asked for by a turn. */ runId: string | null }
);

/** A source, one of its syncs or what is served of it changed. */
export type KnowledgeEvent = { tenantId: string; kind: "knowledge"; sourceId: string };

/**
 * Carries events between the parts of one process and, when several share a database, between processes.
 * Errors: an event may be lost when the database is away; listeners also look by themselves from time to time.
 */
export type Live = {
  publish(event: LiveEvent): void;
  /** Events of one conversation. Returns the way to stop. */
  onConversation(tenantId: string, conversationId: string, listener: (event: ConversationEvent) => void): () => void;
  /** Events of all of a tenant's conversations, runs, approvals and sources. */
  onTenant(tenantId: string, listener: (event: LiveEvent) => void): () => void;
  close(): Promise<void>;
};

const CHANNEL = "baton_live";
const BATCH_MS = 10;
const NOTIFY_LIMIT_BYTES = 7_500;

/** `sharing` connects processes by LISTEN/NOTIFY; null when this process is the only one (embedded database). */
export function openLive(sharing: { connectionString: string; log: Log } | null): Live {
  const byConversation = createTopics<ConversationEvent>();
  const byTenant = createTopics<LiveEvent>();
  const emit = (event: LiveEvent) => {
    if (!isOfNoConversation(event)) byConversation.emit(`${event.tenantId}/${event.conversationId}`, event);
    byTenant.emit(event.tenantId, event);
  };
  const wire = sharing === null ? null : connect(sharing, emit);
  return {
    publish(event) {
      emit(event);
      wire?.publish(event.kind === "message" ? { kind: event.kind, tenantId: event.tenantId, conversationId: event.conversationId, seq: event.seq } : event);
    },
    onConversation: (tenantId, conversationId, listener) => byConversation.on(`${tenantId}/${conversationId}`, listener),
    onTenant: (tenantId, listener) => byTenant.on(tenantId, listener),
    close: async () => wire?.close(),
  };
}

function isOfNoConversation(event: LiveEvent): event is RunEvent | KnowledgeEvent {
  return event.kind === "runs" || event.kind === "approval" || event.kind === "knowledge";
}

/** Listeners by what they listen to; a topic nobody listens to is forgotten. */
function createTopics<Event>() {
  const byTopic = new Map<string, Set<(event: Event) => void>>();
  return {
    emit(topic: string, event: Event) {
      for (const listener of byTopic.get(topic) ?? []) listener(event);
    },
    on(topic: string, listener: (event: Event) => void): () => void {
      const listeners = byTopic.get(topic) ?? new Set();
      byTopic.set(topic, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && byTopic.get(topic) === listeners) byTopic.delete(topic);
      };
    },
  };
}

function connect(sharing: { connectionString: string; log: Log }, emit: (event: LiveEvent) => void) {
  const self = `${process.pid}-${Math.random().toString(36).slice(2)}`;
  let client: pg.Client | null = null;
  let isClosed = false;
  let waiting: LiveEvent[] = [];
  let timer: NodeJS.Timeout | null = null;

  const open = async (): Promise<void> => {
    if (isClosed) return;
    const next = new pg.Client({ connectionString: sharing.connectionString });
    // A failed connection ends and rejects: one of the two is enough to try again.
    let isOver = false;
    const retry = () => {
      if (client === next) client = null;
      if (isOver) return;
      isOver = true;
      if (!isClosed) setTimeout(() => void open(), 1_000).unref();
    };
    next.on("error", (error) => sharing.log.warn("observe.live_lost", { error: error.message }));
    next.on("end", retry);
    next.on("notification", (message) => {
      const heard: unknown = JSON.parse(message.payload ?? "null");
      if (!isEnvelope(heard) || heard.from === self) return;
      for (const event of heard.events) emit(event);
    });
    try {
      await next.connect();
      await next.query(`listen ${CHANNEL}`);
      client = next;
    } catch (error) {
      sharing.log.warn("observe.live_unreachable", { error: error instanceof Error ? error.message : String(error) });
      retry();
    }
  };
  const flush = () => {
    timer = null;
    const events = waiting;
    waiting = [];
    for (const batch of inBatches(events)) {
      client?.query("select pg_notify($1, $2)", [CHANNEL, JSON.stringify({ from: self, events: batch })]).catch((error: Error) => sharing.log.warn("observe.live_lost", { error: error.message }));
    }
  };
  void open();
  return {
    publish(event: LiveEvent) {
      waiting.push(event);
      timer ??= setTimeout(flush, BATCH_MS);
    },
    async close() {
      isClosed = true;
      if (timer) clearTimeout(timer);
      await client?.end();
    },
  };
}

function inBatches(events: readonly LiveEvent[]): LiveEvent[][] {
  const batches: LiveEvent[][] = [];
  let bytes = Infinity;
  for (const event of events) {
    const size = Buffer.byteLength(JSON.stringify(event)) + 1;
    if (bytes + size > NOTIFY_LIMIT_BYTES) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(event);
    bytes += size;
  }
  return batches;
}

/** Only our own processes write to this channel; the check is of the envelope, not of each event. */
function isEnvelope(value: unknown): value is { from: string; events: LiveEvent[] } {
  return typeof value === "object" && value !== null && "from" in value && "events" in value && Array.isArray(value.events);
}
