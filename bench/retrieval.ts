import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { report, say, type Target } from "./report.ts";
import { fillDstc9, proveDstc9, type Dstc9Figures } from "./retrieval/dstc9.ts";
import { openLibrary, type Library } from "./retrieval/library.ts";
import { openMiniLm } from "./retrieval/minilm.ts";
import { fillMtrag, proveMtrag, type MtragFigures } from "./retrieval/mtrag.ts";

type Figures = { mtrag: MtragFigures; dstc9: Dstc9Figures };

/**
 * The right passage for real questions (`../shared/data/mtrag_un`, `dstc9_faq`; another place by `BATON_DATA_SETS`): documents
 * imported into the real store, searched by `retrieve`, judged by `decideAnswer`. First by words alone, then with a local
 * embedding model where the package index for Python brings one. Returns the exit code.
 */
export async function proveRetrieval(): Promise<number> {
  const folder = resolve(process.env["BATON_DATA_SETS"] ?? "../shared/data");
  if (!existsSync(join(folder, "mtrag_un")) || !existsSync(join(folder, "dstc9_faq"))) {
    say("skipped: the data sets are not here; set BATON_DATA_SETS to their folder");
    return 0;
  }
  await using library = await openLibrary();
  const startMs = performance.now();
  await fillMtrag(library, folder);
  await fillDstc9(library, folder);
  say(`documents imported in ${secondsSince(startMs)} s`);
  const words = await prove(library, folder);
  print("by words alone", words);
  const meaning = await proveWithModel(library, folder);
  return report({ name: "retrieval", figures: { words, meaning }, targets: [...targetsOf("words", words), ...(meaning.kind === "ok" ? targetsOf("MiniLM", meaning) : [])] });
}

async function prove(library: Library, folder: string): Promise<Figures> {
  return { mtrag: await proveMtrag(library, folder), dstc9: await proveDstc9(library, folder) };
}

async function proveWithModel(library: Library, folder: string): Promise<({ kind: "ok"; model: string } & Figures) | { kind: "skipped"; reason: string }> {
  const opened = await openMiniLm();
  if (opened.kind === "skipped") {
    say(`\nwith a local embedding model: skipped, ${opened.reason}`);
    return opened;
  }
  const startMs = performance.now();
  const chunks = await library.embed(opened.embedder);
  say(`\n${chunks} texts embedded in ${secondsSince(startMs)} s`);
  const figures = await prove(library, folder);
  print(`with ${opened.embedder.id}`, figures);
  return { kind: "ok", model: opened.embedder.id, ...figures };
}

function print(title: string, { mtrag, dstc9 }: Figures): void {
  const { decisions } = mtrag;
  say(`\n${title}`);
  say(`  mtrag_un   R@5 ${mtrag.recallAt5}, nDCG@10 ${mtrag.ndcgAt10} of ${mtrag.withPassages} questions with passages (answerable ones alone ${mtrag.ofAnswerable.recallAt5}, ${mtrag.ofAnswerable.ndcgAt10}); other tenants' passages ${mtrag.otherTenant}`);
  say(`             macro-F1 ${decisions.macroF1} of ${mtrag.tasks} (${Object.entries(decisions.of).map(([kind, value]) => `${kind} ${value}`).join(", ")}); its two halves ${decisions.halves.join(", ")}`);
  say(`  dstc9_faq  attribution@1 ${dstc9.attributionAt1} of ${dstc9.answers} answers; other entities' entries ${dstc9.otherEntity} (without the filter ${dstc9.unscoped.attributionAt1}, and another entity first in ${dstc9.unscoped.otherEntity})`);
}

/** What an engine by BM25 on the last message reaches is .708, .752 and .791. */
function targetsOf(by: string, { mtrag, dstc9 }: Figures): Target[] {
  return [
    { name: `${by}: mtrag_un R@5`, value: mtrag.recallAt5, mustBe: "at least", bound: 0.8 },
    { name: `${by}: mtrag_un nDCG@10`, value: mtrag.ndcgAt10, mustBe: "at least", bound: 0.82 },
    { name: `${by}: mtrag_un other tenants' passages`, value: mtrag.otherTenant, mustBe: "exactly", bound: 0 },
    { name: `${by}: mtrag_un macro-F1 of answer, ask back, decline`, value: mtrag.decisions.macroF1, mustBe: "at least", bound: 0.55 },
    { name: `${by}: dstc9_faq attribution@1`, value: dstc9.attributionAt1, mustBe: "at least", bound: 0.84 },
    { name: `${by}: dstc9_faq other entities' entries`, value: dstc9.otherEntity, mustBe: "exactly", bound: 0 },
  ];
}

function secondsSince(startMs: number): string {
  return ((performance.now() - startMs) / 1_000).toFixed(1);
}
