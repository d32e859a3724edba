// What HQ demands of names and passwords, said before it is sent. HQ judges again.

/** 1–64 of `[A-Za-z0-9._-]`, not starting with a dot. */
export function isAccount(text: string): boolean {
  return /^(?!\.)[A-Za-z0-9._-]{1,64}$/.test(text)
}

/** At least ten characters, counted as people count them. */
export function isPassword(text: string): boolean {
  return [...text].length >= 10
}
