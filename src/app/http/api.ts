import { OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import type { ContactActor, StaffActor, UserActor } from "../../identity/actor.ts";
import { authenticateContact, authenticateStaff, type IdentityDeps } from "../../identity/authenticate.ts";
import { notAllowed } from "../../identity/identity.errors.ts";
import { bodyInvalid, crossSite } from "../app.errors.ts";

export type ApiEnv = { Variables: { requestId: string; staff: StaffActor | undefined } };

/** A router whose failed validations are problem documents that name the place. */
export function createApi(): OpenAPIHono<ApiEnv> {
  return new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (!result.success) throw bodyInvalid({ message: z.prettifyError(result.error), details: { where: result.target } });
    },
  });
}

export const SESSION_COOKIE = "baton_session";

/** The routes that need no sign-in; a test walks all others and expects 401. */
export const PUBLIC_ROUTES = ["GET /api/health", "GET /api/openapi.json", "POST /api/session", "POST /api/chat/session", "GET /api/demo/customers"];

/** Routes that know their caller by the signature of what they are sent, if there is one. */
export const SELF_SIGNED_ROUTES = ["POST /api/events"];

/** The `security` of a public route in the OpenAPI document: nothing is needed. */
export const PUBLIC: Record<string, string[]>[] = [];

export function bearer(context: Context): string | undefined {
  const header = context.req.header("authorization");
  return header !== undefined && /^bearer /i.test(header) ? header.slice(7).trim() : undefined;
}

/** The signed-in person or API key, looked up once a request. A cookie counts only with the header that other sites cannot send. */
export async function staff(context: Context<ApiEnv>, deps: IdentityDeps): Promise<StaffActor> {
  const known = context.get("staff");
  if (known !== undefined) return known;
  const actor = await readStaff(context, deps);
  context.set("staff", actor);
  return actor;
}

/** The same, looked up now: for what goes on long after the request began. */
export async function readStaff(context: Context, deps: IdentityDeps): Promise<StaffActor> {
  const token = bearer(context);
  if (token !== undefined) return authenticateStaff(deps, token);
  const actor = await authenticateStaff(deps, getCookie(context, SESSION_COOKIE));
  if (context.req.method !== "GET") guardCrossSite(context);
  return actor;
}

/** A person, where a key is not enough (taking over, replying under a name). */
export async function person(context: Context<ApiEnv>, deps: IdentityDeps): Promise<UserActor> {
  const actor = await staff(context, deps);
  if (actor.kind !== "user") throw notAllowed({ message: "This is for people: sign in to the console." });
  return actor;
}

export async function contact(context: Context, deps: IdentityDeps): Promise<ContactActor> {
  return authenticateContact(deps, bearer(context));
}

export function guardCrossSite(context: Context): void {
  if (context.req.header("x-baton-request") === undefined) throw crossSite();
  const site = context.req.header("sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none") throw crossSite();
}

const problem = z.object({ type: z.string(), title: z.string(), status: z.number(), detail: z.string(), code: z.string(), requestId: z.string() }).openapi("Problem");

/** The answers every route may give besides its own. */
export const problems = Object.fromEntries([400, 401, 403, 404, 409, 413, 415, 422, 429, 503].map((status) => [status, { description: "A problem document (RFC 9457).", content: { "application/problem+json": { schema: problem } } }]));

export function json<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { "application/json": { schema } } };
}

export function body<T extends z.ZodType>(schema: T) {
  return { body: { required: true, content: { "application/json": { schema } } } };
}

/** An id as a filter of a list. */
export const idText = z.string().max(60).regex(/^[a-z_0-9]+$/);

/** Ids in paths: ours have letters, digits and underscores only, so nothing else reaches the database. */
export const pathId = z.object({ id: z.string().regex(/^[a-z]+_[0-9a-z_]{1,60}$/) });
