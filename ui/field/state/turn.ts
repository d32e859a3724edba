// Writes to one register go one after the other: the second must name the first, or a person would conflict with herself.
const tails = new Map<string, Promise<unknown>>()

export function inTurn<T>(register: string, write: () => Promise<T>): Promise<T> {
  const before = tails.get(register) ?? Promise.resolve()
  const mine = before.then(write, write)
  const settled = mine.then(
    () => undefined,
    () => undefined,
  )
  tails.set(register, settled)
  void settled.then(() => {
    if (tails.get(register) === settled) tails.delete(register)
  })
  return mine
}
