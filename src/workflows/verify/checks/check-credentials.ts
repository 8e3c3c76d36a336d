import { isRecord } from "../../../lib/is-record.ts";
import { didYouMean } from "../../../lib/did-you-mean.ts";
import { joinPointer } from "../../document/json-pointer.ts";
import { isComputed, type Checking } from "../findings.ts";
import { tasksOf } from "../task-tree.ts";

const SIGN_INS: readonly string[] = ["basic", "bearer", "digest", "oauth2", "oidc"];

type Named = { kind: "authentication" | "secret"; name: string; pointer: string };

/** What a call signs in with, by name: a sign-in that `use.authentications` has, a secret that `use.secrets` lists. */
export function checkCredentials({ source: { definition }, report }: Checking): void {
  const { authentications, secrets } = definition.use;
  const calls = [...tasksOf(definition)].flatMap(({ named: { task, pointer } }) => (task.kind === "call" ? [...namesIn(task.with, `${pointer}/with`)] : []));
  for (const { kind, name, pointer } of [...namesIn(authentications, "/use/authentications"), ...calls]) {
    const known = kind === "secret" ? secrets : Object.keys(authentications);
    if (known.includes(name) || isComputed(name)) continue;
    report({ rule: "unknown-reference", severity: "error", pointer, message: `\`use.${kind}s\` has no "${name}".${didYouMean(name, known)}`, advice: kind === "secret" ? "List the secret there, so that runs are given it." : "Define the sign-in there, or write it out." });
  }
}

/** `authentication: { use: a }` and `authentication: a` name a sign-in, `basic: { use: b }` a secret. */
function* namesIn(value: unknown, pointer: string): Generator<Named> {
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* namesIn(item, joinPointer(pointer, index));
  if (!isRecord(value)) return;
  for (const [key, item] of Object.entries(value)) {
    const place = joinPointer(pointer, key);
    const used = isRecord(item) && Object.keys(item).length === 1 && typeof item["use"] === "string" ? item["use"] : null;
    if (key === "authentication" && typeof item === "string") yield { kind: "authentication", name: item, pointer: place };
    else if (key === "authentication" && used !== null) yield { kind: "authentication", name: used, pointer: joinPointer(place, "use") };
    else if (SIGN_INS.includes(key) && used !== null) yield { kind: "secret", name: used, pointer: joinPointer(place, "use") };
    else yield* namesIn(item, place);
  }
}
