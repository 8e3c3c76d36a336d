import { createCanvas, loadImage } from "@napi-rs/canvas";
import { readPicture } from "../ocr.ts";
import { Refused, type ReadDocument, type Reading } from "../reading.ts";
import { statedSize } from "./picture-size.ts";

const MAX_PIXELS = 60_000_000;
const MAX_SIDE = 4_000;
/** Smaller pictures are enlarged: letters need some twenty pixels. */
const LEAST_SIDE = 900;
const UNDECODABLE = "The picture cannot be decoded: it is damaged or of a kind that is not read (PNG, JPEG, WebP, GIF and BMP are).";

/** A picture: its text, read by OCR. */
export async function readImage(bytes: Uint8Array, reading: Reading): Promise<ReadDocument> {
  const size = statedSize(bytes);
  // What states no size may have any: it would be found out only when its pixels are in memory.
  if (size === null) throw new Refused("broken", UNDECODABLE);
  if (size.width * size.height > MAX_PIXELS) throw new Refused("bomb", `The picture has ${size.width} × ${size.height} pixels, far more than a page. Make it smaller.`);
  const body = await readPicture(await toPng(bytes), reading);
  reading.warn("read_by_ocr", "The text was read from a picture and may hold wrong letters.");
  return { title: null, body };
}

async function toPng(bytes: Uint8Array): Promise<Buffer> {
  try {
    const image = await loadImage(Buffer.from(bytes));
    const scale = Math.min(MAX_SIDE / Math.max(image.width, image.height), Math.max(1, LEAST_SIDE / Math.max(image.width, 1)), 3);
    const canvas = createCanvas(Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale)));
    const context = canvas.getContext("2d");
    context.fillStyle = "white";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas.toBuffer("image/png");
  } catch (error) {
    throw new Refused("broken", UNDECODABLE, error);
  }
}
