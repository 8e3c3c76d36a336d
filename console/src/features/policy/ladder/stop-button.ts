/** The one red button of the console: over the tone of a primary one. */
export const STOP_BUTTON = "bg-bad! text-surface! not-disabled:hover:brightness-90";
