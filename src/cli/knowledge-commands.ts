import type { Command } from "./command.ts";
import { goBack, nameVersion, onKnowledge, showDiff, showSnapshots, showSources, syncSources } from "./knowledge.ts";

const VERSION = "A snapshot's name, a version's number, or now";

export const KNOWLEDGE_COMMANDS: readonly Command[] = [
  {
    name: "knowledge sources", usage: "knowledge sources", about: "Where documents come from, and how each source stands", run: onKnowledge(showSources),
    takes: [], examples: ["baton knowledge sources"],
  },
  {
    name: "knowledge sync", usage: "knowledge sync [SOURCE] [--accept-removals]", about: "Bring the documents of a source, or of all, to what it holds now; exit code 1 when one did not end well", run: onKnowledge(syncSources),
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
    examples: ["baton knowledge rollback before-summer", "baton knowledge rollback 41 --source help-centre"],
  },
];
