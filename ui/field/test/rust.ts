// Codes as the engine's source has them: what is added there and has no words here fails a test.
const sources: Record<string, string> = import.meta.glob('../../../core/src/{identifiers,tables}/*.rs', {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** The first group of every match outside of tests, each once. */
export function rust(path: string, wanted: RegExp): string[] {
  const text = sources[`../../../${path}`]
  if (text === undefined) throw new Error(`no ${path}`)
  const code = text.split('#[cfg(test)]')[0] ?? ''
  return [...new Set([...code.matchAll(wanted)].map((m) => m[1] ?? ''))]
}

export const holesOf = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()
