import type { PDFPageProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import type { Fragment } from "./page-rows.ts";

type Placed = Fragment & { turn: number };

/** The runs of letters of a page, turned so that most of its text is upright; what stands across it comes at the end. */
export async function readFragments(page: PDFPageProxy): Promise<Fragment[]> {
  const { items } = await page.getTextContent({ includeMarkedContent: false });
  const viewport = page.getViewport({ scale: 1 });
  const placed = items.flatMap((item): Placed[] => {
    if (!("str" in item) || item.str === "") return [];
    const [a, b, c, d, e, f] = multiply(viewport.transform.map(Number), item.transform.map(Number));
    const size = Math.hypot(c, d) || item.height;
    const turn = ((Math.round(Math.atan2(b, a) / (Math.PI / 2)) % 4) + 4) % 4;
    return size > 0 ? [{ text: item.str, x: e, y: f, width: item.width, size, isRightToLeft: item.dir === "rtl", turn }] : [];
  });
  const letters = [0, 0, 0, 0];
  for (const { turn, text } of placed) letters[turn] = (letters[turn] ?? 0) + text.length;
  const main = letters.indexOf(Math.max(...letters));
  const upright = placed.filter((one) => one.turn === main).map((one) => turnBack(one, main));
  const bottom = upright.reduce((most, one) => Math.max(most, one.y), 0) + 100;
  const usualSize = upright[Math.floor(upright.length / 2)]?.size ?? Infinity;
  // Each other direction as a text of its own below the page.
  const others = placed.filter((one) => one.turn !== main).map((one) => turnBack(one, one.turn));
  const start = upright.reduce((least, one) => Math.min(least, one.x), Infinity) - others.reduce((least, one) => Math.min(least, one.x), Infinity);
  const top = others.reduce((least, one) => Math.min(least, one.y), Infinity);
  return [...upright, ...others.map((one) => ({ ...one, x: one.x + start, y: one.y - top + bottom, size: Math.min(one.size, usualSize) }))];
}

type Matrix = [number, number, number, number, number, number];

function multiply(one: readonly number[], other: readonly number[]): Matrix {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = one;
  const [g = 1, h = 0, i = 0, j = 1, k = 0, l = 0] = other;
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}

/** Places as they are after turning the page back by quarters. */
function turnBack({ text, x, y, width, size, isRightToLeft }: Placed, turn: number): Fragment {
  const [left, base] = turn === 0 ? [x, y] : turn === 1 ? [y, -x] : turn === 2 ? [-x, -y] : [-y, x];
  return { text, x: left, y: base, width, size, isRightToLeft };
}
