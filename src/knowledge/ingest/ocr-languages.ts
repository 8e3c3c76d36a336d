import { existsSync } from "node:fs";
import { join } from "node:path";
import { findPackageFolder } from "../../lib/package-folder.ts";

/** Read where nobody names another language; its data comes with Baton. */
export const DEFAULT_OCR_LANGUAGES: readonly string[] = ["eng"];

/** As Tesseract names languages and their scripts: `deu`, `chi_sim`. */
export const OCR_LANGUAGE = /^[a-z]{3}(?:_[a-z]{3,10}){0,2}$/;

/** The file with what reading pictures in this language needs, out of the npm packages that are installed; null: it is not. Nothing is fetched. */
export function findLanguageData(code: string, from?: string): string | null {
  const folder = OCR_LANGUAGE.test(code) ? findPackageFolder(packageOf(code), from) : null;
  const file = folder === null ? null : join(folder, "4.0.0_best_int", `${code}.traineddata.gz`);
  return file !== null && existsSync(file) ? file : null;
}

/** What to do about a language whose data is not installed; null: it is. */
export function ocrLanguageFault(code: string): string | null {
  return findLanguageData(code) === null ? `Text in pictures cannot be read in "${code}": its data is not installed. Run "npm install ${packageOf(code)}" where Baton is installed, or name another language.` : null;
}

function packageOf(code: string): string {
  return `@tesseract.js-data/${code}`;
}
