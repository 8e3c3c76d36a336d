/** One setting of a kind of source as a form asks for it. `path`: where it stands in the settings. `list`: one a line. */
export type SourceField = { path: string; label: string; kind: "text" | "number" | "list" | "check" | "select"; hint?: string; placeholder?: string; isRequired?: boolean; choices?: readonly { value: string; label: string }[] };

type Settings = Record<string, unknown>;

/** Kinds in the order in which they are offered. What a form does not know stays as it is. */
export const SOURCE_FIELDS: Readonly<Record<string, readonly SourceField[]>> = {
  upload: [],
  web: [
    { path: "url", label: "Address", kind: "text", placeholder: "https://help.example.com/", isRequired: true, hint: "Where the site, or the part of it to be read, begins." },
    { path: "find", label: "Find pages", kind: "select", choices: [{ value: "auto", label: "By the sitemap, else by links" }, { value: "sitemap", label: "By the sitemap only" }, { value: "links", label: "By links only" }] },
    { path: "include", label: "Only paths that begin so", kind: "list", placeholder: "/help/" },
    { path: "exclude", label: "No paths that begin so", kind: "list", placeholder: "/blog/" },
    { path: "maxPages", label: "Most pages", kind: "number", placeholder: "1000" },
    { path: "maxDepth", label: "Most links from the first page", kind: "number", placeholder: "5" },
    { path: "delayMs", label: "Pause between requests (ms)", kind: "number", placeholder: "500" },
  ],
  folder: [
    { path: "folder", label: "Folder", kind: "text", placeholder: "/srv/articles", isRequired: true, hint: "From the workspace's folder; or an absolute path, within the workspace or a folder that the operator lists (BATON_FILE_FOLDERS)." },
    { path: "formats", label: "Take", kind: "select", choices: [{ value: "all", label: "All formats" }, { value: "articles", label: "Markdown files only" }] },
  ],
  git: [
    { path: "url", label: "Repository", kind: "text", placeholder: "https://git.example.com/help.git", isRequired: true },
    { path: "branch", label: "Branch or tag", kind: "text", placeholder: "the repository's own" },
    { path: "folder", label: "Folder in it", kind: "text", placeholder: "docs" },
    { path: "tokenSecret", label: "Name of the secret with the access token", kind: "text", hint: "Only its name: the secret itself is set on the server." },
  ],
  s3: [
    { path: "endpoint", label: "Endpoint", kind: "text", placeholder: "https://s3.eu-central-1.amazonaws.com", isRequired: true },
    { path: "bucket", label: "Bucket", kind: "text", isRequired: true },
    { path: "region", label: "Region", kind: "text", placeholder: "us-east-1" },
    { path: "prefix", label: "Only keys that begin so", kind: "text" },
    { path: "accessKeySecret", label: "Name of the secret with the access key id", kind: "text", isRequired: true },
    { path: "secretKeySecret", label: "Name of the secret with the secret key", kind: "text", isRequired: true, hint: "Only names: the secrets themselves are set on the server." },
  ],
  records: [
    { path: "tool", label: "Tool that lists them", kind: "text", isRequired: true, hint: "One of the workspace's tools that read: an SQL query, a connector's operation." },
    { path: "fields.id", label: "Member with the id", kind: "text", placeholder: "id", isRequired: true },
    { path: "fields.title", label: "Member with the title", kind: "text", placeholder: "subject", isRequired: true },
    { path: "fields.body", label: "Members with the text", kind: "list", placeholder: "description", isRequired: true, hint: "In this order; comments.body takes that member of each comment." },
    { path: "fields.updatedAt", label: "Member with the time of the last change", kind: "text", placeholder: "updated_at" },
    { path: "redact", label: "Take personal data out before anything is stored (needed for tickets)", kind: "check" },
    { path: "maxRecords", label: "Most records", kind: "number", placeholder: "10000" },
  ],
};

/** A setting as its field shows it. */
export function readField(settings: Settings, { path, kind }: SourceField): string {
  const value = path.split(".").reduce<unknown>((inner, name) => (isSettings(inner) ? inner[name] : undefined), settings);
  if (kind === "list") return Array.isArray(value) ? value.join("\n") : "";
  if (kind === "check") return value === true ? "true" : "";
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** The settings with that field as it was written; an empty one is left to its default. */
export function writeField(settings: Settings, { path, kind }: SourceField, text: string): Settings {
  const [name = "", ...rest] = path.split(".");
  const { [name]: inner, ...others } = settings;
  if (rest.length > 0) return { ...others, [name]: writeField(isSettings(inner) ? inner : {}, { path: rest.join("."), label: "", kind }, text) };
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  if (kind === "check") return text === "true" ? { ...others, [name]: true } : others;
  if (lines.length === 0) return others;
  return { ...others, [name]: kind === "list" ? lines : kind === "number" ? Number(text) : text.trim() };
}

function isSettings(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
