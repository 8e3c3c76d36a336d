/** The package has no types of its own; what is used of it. */
declare module "word-extractor" {
  type Options = { filterUnicode?: boolean };
  class WordDocument {
    getBody(options?: Options): string;
    getFootnotes(options?: Options): string;
    getEndnotes(options?: Options): string;
    getTextboxes(options?: Options & { includeHeadersAndFooters?: boolean }): string;
  }
  export default class WordExtractor {
    extract(source: string | Buffer): Promise<WordDocument>;
  }
}
