import type { Command } from "./command.ts";
import { showGaps, showHealth } from "./knowledge-upkeep.ts";
import { pruneVersions } from "./knowledge-prune.ts";
import { goBack, nameVersion, onKnowledge, showDiff, showSnapshots, showSources, syncSources } from "./knowledge.ts";

const VERSION = "A snapshot's name (release:7 for what was served when release 7 was published), a version's number, or now";

export const KNOWLEDGE_COMMANDS: readonly Command[] = [
  {
    name: "knowledge sources", usage: "knowledge sources", about: "Where documents come from, and how each source stands", run: onKnowledge(showSources),
    takes: [], examples: ["baton knowledge sources"],
  },
  {
    name: "knowledge sync", usage: "knowledge sync [SOURCE] [--accept-removals]", about: "Bring the documents of a source, or of all, to what it holds now; exit code 1 when one did not end well or an item of it failed, which the last line counts", run: onKnowledge(syncSources),
    takes: [["SOURCE", "Its name; without it every source that is not paused"], ["--accept-removals", "Documents that the source lists no more may go, however many they are"]],
    examples: ["baton knowledge sync", "baton knowledge sync help-centre --accept-removals"],
  },
  {
    name: "knowledge snapshot", usage: "knowledge snapshot NAME [--version N] [--note TEXT]", about: "Give a knowledge version a name, to go back to and to compare with", run: onKnowledge(nameVersion),
    takes: [["NAME", "Begins with a letter"], ["--version", "Which one; without it what is served now"], ["--note", "Why, for those who read the list"]],
    examples: ["baton knowledge snapshot before-summer"],
  },
  {
    name: "knowledge snapshots", usage: "knowledge snapshots", about: "The knowledge versions that have a name", run: onKnowledge(showSnapshots),
    takes: [], examples: ["baton knowledge snapshots"],
  },
  {
    name: "knowledge diff", usage: "knowledge diff A [B] [--text]", about: "Which documents differ between two knowledge versions; exit code 1 when some do", run: onKnowledge(showDiff),
    takes: [["A", VERSION], ["B", `${VERSION}, which it is when not given`], ["--text", "Show the lines that changed"]],
    examples: ["baton knowledge diff before-summer now --text"],
  },
  {
    name: "knowledge rollback", usage: "knowledge rollback TO [--source SOURCE]", about: "Make a new knowledge version that equals an earlier one", run: onKnowledge(goBack),
    takes: [["TO", VERSION], ["--source", "Only the documents of this source"]],
    examples: ["baton knowledge rollback before-summer", "baton knowledge rollback 41 --source help-centre", "baton knowledge rollback release:7"],
  },
  {
    name: "knowledge prune", usage: "knowledge prune [--keep-days N] [--dry-run]", about: "Forget versions of documents that have not been served for so long and that no snapshot and no reply needs", run: onKnowledge(pruneVersions),
    takes: [["--keep-days", "How long they are kept after they were last served; BATON_KNOWLEDGE_KEEP_DAYS, or 90"], ["--dry-run", "Only say how much it would be"]],
    examples: ["baton knowledge prune --keep-days 30 --dry-run"],
  },
  {
    name: "knowledge gaps", usage: "knowledge gaps [--drafts]", about: "What people asked that the knowledge did not answer, and how many", run: onKnowledge(showGaps),
    takes: [["--drafts", "Show the drafted articles too; a person publishes them in the console"]], examples: ["baton knowledge gaps --drafts"],
  },
  {
    name: "knowledge health", usage: "knowledge health [--now]", about: "Articles that contradict each other, are outdated, unused or were corrected; exit code 1 when there are contradictions or outdated ones", run: onKnowledge(showHealth),
    takes: [["--now", "Have the running Baton look everything through first"]], examples: ["baton knowledge health", "baton knowledge health --now"],
  },
];
