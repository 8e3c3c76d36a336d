import { sha256 } from "../../lib/sha256.ts";
import type { WorkflowSource } from "../document/definition.ts";
import { workflowKey } from "../verify/environment.ts";
import type { Finding } from "../verify/finding.ts";
import { nextVersion, withVersion, type VersionPart } from "./version-number.ts";
import type { Member } from "./version.store.ts";

/** A document whose number stands for another text already; `next`: what to raise it to. */
export type TakenVersion = { source: WorkflowSource; next: Readonly<Record<VersionPart, string>> };

/** The documents that have changed while their version number has not. Pure. */
export function takenVersions(sources: readonly WorkflowSource[], published: readonly Member[]): TakenVersion[] {
  return sources.flatMap((source) => {
    const { document } = source.definition;
    const known = published.filter((each) => workflowKey(each) === workflowKey(document));
    const same = known.filter((each) => each.version === document.version);
    if (same.length === 0 || same.some((each) => each.hash === sha256(source.text))) return [];
    const numbers = known.map((each) => each.version);
    return [{ source, next: { patch: nextVersion(numbers, "patch"), minor: nextVersion(numbers, "minor") } }];
  });
}

export function takenFinding({ source, next }: TakenVersion): Finding {
  const { name, version } = source.definition.document;
  return {
    rule: "version-taken", severity: "error", place: source.placeOf("/document/version"), pointer: "/document/version",
    message: `The workflow "${name}" has changed, and its version ${version} is published already with another text.`,
    advice: `Raise the version to ${next.patch} for a mended fault, or to ${next.minor} for something new.`,
  };
}

/** A document with its number raised; `from`: the one it had. */
export type RaisedVersion = { name: string; from: string; version: string; file: string; text: string };

/** The documents of which another text was published under their number, with the next one in their texts. Pure. */
export function raiseVersions(taken: readonly TakenVersion[], part: VersionPart): RaisedVersion[] {
  return taken.map(({ source: { file, text, definition: { document } }, next }) => ({ name: document.name, from: document.version, version: next[part], file, text: withVersion(text, next[part]) }));
}
