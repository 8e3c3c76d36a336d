import type { Command } from "./command.ts";
import { exportContactCommand } from "./contact-export.ts";
import { holdCommand } from "./hold.ts";
import { explainCommand, keyCommand } from "./ledger-explain.ts";
import { exportCommand } from "./ledger-export.ts";
import { verifyCommand } from "./ledger-verify.ts";
import { retentionCommand } from "./retention.ts";

/** The ledger, and what is kept and forgotten. */
export const LEDGER_COMMANDS: readonly Command[] = [
  {
    name: "ledger verify", usage: "ledger verify [--file FILE] [--key FILE] [--anchors FILE] [--json]", about: "Recompute the ledger's hash chain and check its signatures, here or in an exported file", run: (args) => verifyCommand(args),
    takes: [["--file", "An exported ledger; no database is needed"], ["--key", "The public key (PEM) to trust, in place of the one beside the ledger"], ["--anchors", "A file in which anchors were kept: each must be a link of the chain"], ["--json", "For other programs"]],
    examples: ["baton ledger verify", "baton ledger verify --file ledger.jsonl --key ledger.pem --anchors ledger-anchors.jsonl"],
  },
  {
    name: "ledger export", usage: "ledger export [--out FILE]", about: "Write the whole ledger as JSON lines, which anybody can check", run: (args) => exportCommand(args),
    takes: [["--out", "The file; without it standard output"]], examples: ["baton ledger export --out ledger.jsonl"],
  },
  {
    name: "ledger explain", usage: "ledger explain CASE [--json]", about: "Say why a case went as it did: rule, passage, model, version and person, in plain words", run: (args) => explainCommand(args),
    takes: [["CASE", "Its id, as the console shows it"], ["--json", "For other programs"]], examples: ["baton ledger explain case_01abcd"],
  },
  {
    name: "ledger key", usage: "ledger key [--out FILE]", about: "The public key that checks the ledger's signatures; keep it elsewhere", run: (args) => keyCommand(args),
    takes: [["--out", "The file; without it standard output"]], examples: ["baton ledger key --out ledger.pem"],
  },
  {
    name: "retention", usage: "retention [run --yes] [--json] [--workspace FOLDER]", about: "Say how long what is kept and what would be forgotten now; with run --yes forget it", run: (args) => retentionCommand(args),
    takes: [["run", "Forget what is older than baton.yaml says, now instead of at night; without --yes only said"], ["--yes", "Do it"], ["--json", "For other programs"], ["--workspace", "The workspace; without it that of the settings (BATON_WORKSPACE)"]],
    examples: ["baton retention", "baton retention run --yes"],
  },
  {
    name: "hold", usage: "hold list|place|lift [ID] [--reason TEXT] [--all]", about: "Keep a contact or a case from being forgotten, until the hold is lifted", run: (args) => holdCommand(args),
    takes: [["list", "Those in force"], ["place", "ID is a contact (cont_…) or a case (case_…)"], ["lift", "ID is the hold (hold_…)"], ["ID", "Of what"], ["--reason", "Why; it stands in the ledger"], ["--all", "With list: lifted ones, too"]],
    examples: ["baton hold place case_01abcd --reason \"Claim 2026-114\"", "baton hold list"],
  },
  {
    name: "contact export", usage: "contact export CONTACT [--out FILE]", about: "Write everything that is stored of a person as JSON; stands in the ledger", run: (args) => exportContactCommand(args),
    takes: [["CONTACT", "Its id (cont_…)"], ["--out", "The file; without it standard output"]], examples: ["baton contact export cont_01abcd --out emma.json"],
  },
];
