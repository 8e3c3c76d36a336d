/** Files whose names say that a document is in them; what they really are is found when they are read. */
const EXTENSIONS = new Set([
  "md", "markdown", "txt", "text", "html", "htm", "xhtml", "pdf", "doc", "docx", "ppt", "pptx", "xls", "xlsx", "odt", "odp", "ods", "rtf", "epub", "csv", "tsv", "eml", "msg", "org", "rst", "xml", "png", "jpg", "jpeg", "tif", "tiff", "webp", "bmp", "gif",
]);

export function isDocumentName(name: string): boolean {
  const dot = name.lastIndexOf(".");
  return dot > 0 && EXTENSIONS.has(name.slice(dot + 1).toLowerCase());
}
