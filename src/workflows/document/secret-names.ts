const SECRET_NAME = /(?:^|[_-])(?:pass(?:word|wd|phrase)?|secret|token|credentials?|auth(?:orization)?|private[_-]?key|(?:api|access|client|secret|signing)[_-]?(?:key|secret|token))$/i;

/** Whether what stands under this name is usually a password, a key or a token: `apiKey`, `x-api-key`, `client_secret`. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name.replace(/([a-z0-9])([A-Z])/g, "$1_$2"));
}
