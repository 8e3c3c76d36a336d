import assert from "node:assert/strict";
import { test } from "node:test";
import { createCanvas } from "@napi-rs/canvas";
import { parseDocument } from "../parse-document.ts";
import { statedSize } from "./picture-size.ts";

function picture(width: number, height: number) {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  return canvas;
}

/** A WebP in parts: its canvas, and in it what another file holds. */
function extended(webp: Buffer, width: number, height: number): Buffer {
  const head = Buffer.alloc(18);
  head.write("VP8X");
  head.writeUInt32LE(10, 4);
  head.writeUIntLE(width - 1, 12, 3);
  head.writeUIntLE(height - 1, 15, 3);
  const whole = Buffer.concat([webp.subarray(0, 12), head, webp.subarray(12)]);
  whole.writeUInt32LE(whole.byteLength - 8, 4);
  return whole;
}

test("every kind of picture states its size, whatever stands before it", () => {
  const canvas = picture(301, 77);
  const [png, jpeg, gif] = [canvas.toBuffer("image/png"), canvas.toBuffer("image/jpeg"), canvas.toBuffer("image/gif")];
  const [lossy, lossless] = [canvas.toBuffer("image/webp", 80), canvas.toBuffer("image/webp", 100)];
  const filled = Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xff]), jpeg.subarray(2)]);
  for (const [name, bytes] of Object.entries({ png, jpeg, filled, gif, lossy, lossless, extended: extended(lossy, 301, 77) })) assert.deepEqual(statedSize(bytes), { width: 301, height: 77 }, name);
  const grown = Buffer.from(gif);
  grown.writeUInt16LE(1, 6);
  assert.equal(statedSize(grown)?.width, 301, "a picture larger than its screen");
  assert.equal(statedSize(Buffer.concat([Buffer.from("RIFF\x40\0\0\0WEBPVP9 "), Buffer.alloc(60)])), null);
});

test("a WebP with far more pixels than a page, or of no stated size, is refused before it is decoded", async () => {
  const read = (bytes: Buffer) => parseDocument({ bytes, name: "scan.webp" });
  for (const bytes of [extended(picture(8, 8).toBuffer("image/webp", 80), 16_000, 16_000), picture(9_000, 9_000).toBuffer("image/webp", 80)]) {
    const refused = await read(bytes);
    assert.equal(refused.kind === "refused" ? refused.code : "read", "bomb");
  }
  const unknown = await read(Buffer.concat([Buffer.from("RIFF\x40\0\0\0WEBPVP9 "), Buffer.alloc(60)]));
  assert.equal(unknown.kind === "refused" ? unknown.code : "read", "broken");
});
