import { createCanvas, loadImage } from "@napi-rs/canvas";
import { readPicture } from "../ocr.ts";
import { Refused, type ReadDocument, type Reading } from "../reading.ts";

const MAX_PIXELS = 60_000_000;
const MAX_SIDE = 4_000;
/** Smaller pictures are enlarged: letters need some twenty pixels. */
const LEAST_SIDE = 900;

/** A picture: its text, read by OCR. */
export async function readImage(bytes: Uint8Array, reading: Reading): Promise<ReadDocument> {
  const size = statedSize(bytes);
  if (size !== null && size.width * size.height > MAX_PIXELS) throw new Refused("bomb", `The picture has ${size.width} × ${size.height} pixels, far more than a page. Make it smaller.`);
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
    throw new Refused("broken", "The picture cannot be decoded: it is damaged or of a kind that is not read (PNG, JPEG, WebP, GIF and BMP are).", error);
  }
}

/** Width and height as the head of a PNG, GIF, BMP or JPEG states them, before anything is decoded; null when it does not. */
function statedSize(bytes: Uint8Array): { width: number; height: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 30) return null;
  if (view.getUint32(0) === 0x89504e47) return { width: view.getUint32(16), height: view.getUint32(20) };
  if (view.getUint32(0) === 0x47494638) return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  if (view.getUint16(0) === 0x424d) return { width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) };
  if (view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 9 < bytes.byteLength && view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint8(at + 1);
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
  }
  return null;
}
