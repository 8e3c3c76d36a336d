import { z } from "zod";
import { isRecord } from "../../lib/is-record.ts";
import { fault } from "../run/faults.ts";
import { expandUriTemplate } from "../../outbound/uri-template.ts";

const configured = z.object({ uri: z.string(), authentication: z.unknown().optional() });

/** The arguments of a call over HTTP as people read them: `{name}` in the address of `endpoint` taken from `data`, where that can be done. */
export function withAddress(given: unknown, data: unknown): unknown {
  if (!isRecord(given)) return given;
  const { endpoint } = given;
  const template = typeof endpoint === "string" ? endpoint : configured.safeParse(endpoint).data?.uri;
  if (template === undefined || !template.includes("{")) return given;
  try {
    const uri = expandUriTemplate(template, data);
    return { ...given, endpoint: isRecord(endpoint) ? { ...endpoint, uri } : uri };
  } catch {
    // What is wrong with the address is told by the call itself.
    return given;
  }
}

/**
 * The address and the authentication of an `endpoint`: a text, or `{ uri, authentication }`; `{name}` is taken from `data`.
 * Throws the fault `configuration`.
 */
export function readEndpoint(endpoint: unknown, data: unknown, what = "endpoint"): { url: URL; authentication: unknown } {
  const read = typeof endpoint === "string" ? { uri: endpoint, authentication: undefined } : configured.safeParse(endpoint).data;
  if (read === undefined) throw fault("configuration", { detail: `The ${what} is neither an address nor { uri, authentication }.` });
  const text = expandUriTemplate(read.uri, data);
  if (!URL.canParse(text)) throw fault("configuration", { detail: `The ${what} is not an address: it needs https://, a host and a path.` });
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") throw fault("configuration", { detail: `The ${what} holds a user name or password; say them under "authentication".` });
  url.hash = "";
  return { url, authentication: read.authentication };
}
