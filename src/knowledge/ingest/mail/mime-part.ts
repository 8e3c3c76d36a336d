import { decodeHeader, readParameters } from "./encoded-words.ts";

/**
 * One part of a mail. Header names are in lower case, values unfolded with every byte as one character (`latin1`).
 * `parts` for a multipart, else `content` with its transfer encoding undone. `name` is the file's name.
 */
export type MimePart = { headers: ReadonlyMap<string, string>; type: string; parameters: ReadonlyMap<string, string>; disposition: string; name: string | null; content: Buffer; parts: MimePart[] };

const MAX_NESTING = 30;
const MAX_PARTS = 5_000;

/** Reads a mail's structure (RFC 2045, 2046), however broken: what makes no sense becomes text or is left out; never throws. */
export function parseMime(bytes: Uint8Array): MimePart {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1").replace(/^From [^\n]*\n/, "");
  return parsePart(text, "text/plain", 0, { left: MAX_PARTS });
}

function parsePart(text: string, usualType: string, depth: number, budget: { left: number }): MimePart {
  const { headers, body } = splitHeaders(text);
  const { value, parameters } = readParameters(headers.get("content-type") ?? usualType);
  const type = /^[\w.+-]+\/[\w.+-]+$/.test(value) ? value : usualType;
  const disposition = readParameters(headers.get("content-disposition") ?? "");
  const name = disposition.parameters.get("filename") ?? parameters.get("name") ?? null;
  const boundary = parameters.get("boundary");
  const whole = { headers, type, parameters, disposition: disposition.value, name };
  if (type.startsWith("multipart/") && boundary !== undefined && depth < MAX_NESTING) {
    const sections = splitMultipart(body, boundary).slice(0, Math.max(budget.left, 0));
    budget.left -= sections.length;
    if (sections.length > 0) return { ...whole, content: Buffer.alloc(0), parts: sections.map((section) => parsePart(section, type === "multipart/digest" ? "message/rfc822" : "text/plain", depth + 1, budget)) };
    return { ...whole, type: "text/plain", content: Buffer.from(body, "latin1"), parts: [] };
  }
  return { ...whole, content: decodeTransfer(body, headers.get("content-transfer-encoding") ?? ""), parts: [] };
}

/** The header, and what follows the first empty line. Of a repeated field the last counts. */
function splitHeaders(text: string): { headers: Map<string, string>; body: string } {
  const headers = new Map<string, string>();
  let at = 0;
  let field: string | null = null;
  while (at < text.length) {
    const stop = text.indexOf("\n", at);
    const end = stop < 0 ? text.length : stop;
    const line = text.slice(at, end).replace(/\r$/, "");
    if (line === "") return { headers, body: text.slice(Math.min(end + 1, text.length)) };
    if (/^[ \t]/.test(line) && field !== null) headers.set(field, `${headers.get(field) ?? ""} ${line.trim()}`);
    else {
      const colon = line.indexOf(":");
      const name = line.slice(0, colon).trim().toLowerCase();
      // A line that is no field ends the header: the empty line is missing.
      if (colon <= 0 || /[\s\u0000-\u001f]/.test(name)) return { headers, body: text.slice(at) };
      field = name;
      headers.set(field, line.slice(colon + 1).trim());
    }
    at = end + 1;
  }
  return { headers, body: "" };
}

/** The parts between lines `--boundary`; a missing last line ends at the text's end. */
function splitMultipart(body: string, boundary: string): string[] {
  const sections: string[] = [];
  const mark = `--${boundary}`;
  let from = -1;
  for (let at = 0; at <= body.length; ) {
    const stop = body.indexOf("\n", at);
    const end = stop < 0 ? body.length : stop;
    if (body.startsWith(mark, at)) {
      const rest = body.slice(at + mark.length, end).trim();
      if (rest === "" || rest === "--") {
        if (from >= 0) sections.push(body.slice(from, Math.max(from, at - (body[at - 2] === "\r" ? 2 : 1))));
        from = end + 1;
        if (rest === "--") return sections;
      }
    }
    if (stop < 0) break;
    at = end + 1;
  }
  if (from >= 0 && from <= body.length) sections.push(body.slice(from));
  return sections;
}

function decodeTransfer(body: string, encoding: string): Buffer {
  const kind = encoding.trim().toLowerCase();
  if (kind === "base64") return Buffer.from(body.replace(/[^A-Za-z0-9+/]/g, ""), "base64");
  if (/^(x-)?uue(ncode)?$/.test(kind)) return decodeUu(body);
  if (kind !== "quoted-printable") return Buffer.from(body, "latin1");
  const joined = body.replace(/[ \t]+(?=\r?$)/gm, "").replace(/=\r?\n/g, "");
  return Buffer.from(joined.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))), "latin1");
}

/** Lines between `begin` and `end`: a length, then four characters for three bytes, blanks at the end often lost; without `begin` the bytes as they are. */
function decodeUu(body: string): Buffer {
  const start = /^begin(?:-base64)? [0-7]{3,4} [^\n]*\n/m.exec(body);
  if (start === null) return Buffer.from(body, "latin1");
  const lines: Buffer[] = [];
  for (const line of body.slice(start.index + start[0].length).split(/\r?\n/)) {
    if (line.startsWith("end")) break;
    const values = Array.from(line, (character) => (character.charCodeAt(0) - 32) & 63);
    const length = values[0] ?? 0;
    const bytes: number[] = [];
    for (let at = 1; bytes.length < length; at += 4) {
      const [a = 0, b = 0, c = 0, d = 0] = values.slice(at, at + 4);
      bytes.push((a << 2) | (b >> 4), ((b & 15) << 4) | (c >> 2), ((c & 3) << 6) | d);
    }
    lines.push(Buffer.from(bytes.slice(0, length)));
  }
  return Buffer.concat(lines);
}

/** A field's words as a person reads them. */
export function headerText(part: Pick<MimePart, "headers">, name: string): string {
  return decodeHeader(part.headers.get(name) ?? "");
}
