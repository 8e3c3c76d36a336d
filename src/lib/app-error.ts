/** Where an error ends: `status` is what HTTP answers, `isRetryable` what durable code does. */
export type AppErrorOptions = {
  code: string;
  message: string;
  status: number;
  isRetryable?: boolean;
  cause?: unknown;
  /** Extra members of the problem document (RFC 9457); never personal data. */
  details?: Record<string, unknown>;
};

/**
 * The one error class. Each part lists its own in `<part>.errors.ts` by `defineError`.
 * Expected outcomes are unions and never thrown.
 */
export class AppError extends Error {
  readonly code: string;
  readonly status: number;
  readonly isRetryable: boolean;
  readonly details: Record<string, unknown>;

  constructor(options: AppErrorOptions) {
    super(options.message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "AppError";
    this.code = options.code;
    this.status = options.status;
    this.isRetryable = options.isRetryable ?? false;
    this.details = options.details ?? {};
  }
}

type Definition = { code: string; status: number; isRetryable?: boolean; message: string };

/** Declares an error once; the returned function makes instances with a more exact message or details. */
export function defineError(definition: Definition) {
  return (given: { message?: string; details?: Record<string, unknown>; cause?: unknown } = {}): AppError =>
    new AppError({ ...definition, ...given });
}

/** Whether the same may be tried again, unchanged. */
export function isRetryable(thrown: unknown): boolean {
  return thrown instanceof AppError && thrown.isRetryable;
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
