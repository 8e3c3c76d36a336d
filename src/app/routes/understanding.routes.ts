import { createRoute, z } from "@hono/zod-openapi";
import { actorName } from "../../identity/actor.ts";
import { allow } from "../../identity/rights.ts";
import { messageUnknown, trainingNotLast } from "../../intelligence/intelligence.errors.ts";
import { correctIntent, learnCorrections, undoTraining, withdrawCorrection } from "../../intelligence/learning/teach-intents.ts";
import { plainText } from "../../lib/plain-text.ts";
import { correctionView, readingView, trainingView, understandingView, unsureMessage } from "../../shapes/understanding.ts";
import type { App } from "../app.ts";
import { body, createApi, json, pathId, problems, staff } from "../http/api.ts";
import { listUnsure, readContactMessage } from "../understanding/unsure-message.store.ts";
import { numberOfTraining, viewCorrection, viewReading, viewTraining, viewUnderstanding } from "../understanding/view-understanding.ts";

const tags = ["understanding"];
const unsure = z.object({ below: z.coerce.number().min(0).max(1).default(0.6), limit: z.coerce.number().int().min(1).max(200).default(50) });
const correction = z.object({ messageId: plainText(60).min(1), intent: plainText(120).min(1).describe("An intent of the workspace, or out_of_scope: none of them."), text: plainText(2_000).min(1).optional().describe("The part of the message that says it, where that is not all of it.") });
/** Stores use these shapes, too, and may have loaded them before the library that names them in the document: so a new one of the same parts. */
const named = <Shape extends z.ZodRawShape>({ shape }: { shape: Shape }, name: string) => z.object(shape).openapi(name);
const training = named(trainingView, "IntentTraining");

const routes = {
  read: createRoute({ method: "get", path: "/api/understanding", tags, summary: "How well messages are read: figures by cross-validation, confusions, corrections, trainings", responses: { 200: json(named(understandingView, "UnderstandingReport"), "All of it."), ...problems } }),
  unsure: createRoute({ method: "get", path: "/api/understanding/unsure", tags, summary: "Messages whose intent was not sure, newest first, without those that are corrected", request: { query: unsure }, responses: { 200: json(z.object({ items: z.array(named(unsureMessage, "UnsureMessage")) }), "Messages."), ...problems } }),
  correct: createRoute({ method: "post", path: "/api/understanding/corrections", tags, summary: "Say what a message means; it becomes an example with the next training", request: body(correction), responses: { 200: json(named(correctionView, "IntentCorrection"), "The correction, which waits."), ...problems } }),
  withdraw: createRoute({ method: "delete", path: "/api/understanding/corrections/{id}", tags, summary: "Take a correction back that waits", request: { params: pathId }, responses: { 204: { description: "It is gone." }, ...problems } }),
  learn: createRoute({ method: "post", path: "/api/understanding/trainings", tags, summary: "Learn the corrections that wait (admins)", responses: { 200: json(training, "The figures before and after."), ...problems } }),
  undo: createRoute({ method: "delete", path: "/api/understanding/trainings/{id}", tags, summary: "Undo the latest training; its corrections wait again (admins)", request: { params: pathId }, responses: { 204: { description: "Messages are read as before." }, ...problems } }),
  try: createRoute({ method: "post", path: "/api/understanding/readings", tags, summary: "Read a text as a message would be; nothing is done", request: body(z.object({ text: plainText(8_000).min(1) })), responses: { 200: json(named(readingView, "Reading"), "What is read in it."), ...problems } }),
};

export function understandingRoutes(app: Pick<App, "identity" | "database" | "workspace" | "understanding">) {
  const api = createApi();
  const { learning, teaching } = app.understanding;
  api.openapi(routes.read, async (c) => {
    await staff(c, app.identity);
    return c.json(await viewUnderstanding(app.understanding, app.workspace), 200);
  });
  api.openapi(routes.unsure, async (c) => {
    const actor = await staff(c, app.identity);
    return c.json({ items: await listUnsure(app.database, actor.tenantId, c.req.valid("query")) }, 200);
  });
  api.openapi(routes.correct, async (c) => {
    const actor = allow(await staff(c, app.identity), "understanding.correct");
    const { messageId, intent, text } = c.req.valid("json");
    const message = await readContactMessage(app.database, actor.tenantId, messageId);
    if (message === null) throw messageUnknown();
    return c.json(viewCorrection(await correctIntent(teaching, { text: text ?? message.text, intent, readAs: message.readAs, messageId, by: actorName(actor) })), 200);
  });
  api.openapi(routes.withdraw, async (c) => {
    const actor = allow(await staff(c, app.identity), "understanding.correct");
    await withdrawCorrection(teaching, c.req.valid("param").id, actorName(actor));
    return c.body(null, 204);
  });
  api.openapi(routes.learn, async (c) => {
    const actor = allow(await staff(c, app.identity), "understanding.learn");
    return c.json(viewTraining(await learnCorrections(teaching, actorName(actor))), 200);
  });
  api.openapi(routes.undo, async (c) => {
    const actor = allow(await staff(c, app.identity), "understanding.learn");
    const number = numberOfTraining(c.req.valid("param").id);
    if (number === null) throw trainingNotLast();
    await undoTraining(teaching, number, actorName(actor));
    return c.body(null, 204);
  });
  api.openapi(routes.try, async (c) => {
    const actor = allow(await staff(c, app.identity), "understanding.correct");
    const text = teaching.redact(c.req.valid("json").text);
    const call = { tenantId: actor.tenantId, purpose: "understand" as const, ...(actor.kind === "user" ? { userId: actor.userId } : { apiKeyId: actor.keyId }), dataClasses: [], audiences: [], cache: "off" as const };
    return c.json(viewReading(await learning.understander.understand({ text, recent: [], call, signal: c.req.raw.signal }), learning.by()), 200);
  });
  return api;
}
