// The only door of these screens. What stands behind it (Tauri, the browser bridge, a test) is decided at run time.
import type { Failure, Happening, Place, Verbs } from '@bindings/field'
import { ref } from 'vue'

export type Verb = keyof Verbs
export type Args<V extends Verb> = Verbs[V]['args']
export type Reply<V extends Verb> = Verbs[V]['reply']
export type PhotoKind = 'thumb' | 'preview' | 'crop' | 'drawn'

export interface Host {
  /** Rejects with a {@link Refused} that carries the engine's failure. */
  call<V extends Verb>(verb: V, args: Args<V>): Promise<Reply<V>>
  /** Gives back the way to stop. */
  listen(heard: (happening: Happening) => void): () => void
  /** Where the WebView finds a picture; `query` belongs to `crop`: x, y, w, h in 0..1 of the turned picture, max in px.
   *  `drawn` is a signature, shown as it is. */
  photoUrl(kind: PhotoKind, sha256: string, query?: string): string
  /** Where the phone is, or null when it does not know soon enough. Never throws. */
  place(): Promise<Place | null>
}

/** A failure of the engine on its way through a promise. */
export class Refused extends Error {
  constructor(readonly failure: Failure) {
    super(failure.code)
  }
}

function looksLikeFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null && typeof (value as { code?: unknown }).code === 'string'
}

/** Whatever was thrown, as a failure: what no engine said is `shell.broken`. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Refused) return error.failure
  if (looksLikeFailure(error)) {
    return { code: error.code, retry: error.retry ?? 'never', params: error.params ?? {} }
  }
  return { code: 'shell.broken', retry: 'later', params: {} }
}

let standing: Host | undefined
/** Calls that have not answered: pages show it as `data-busy`, so that a test can wait for it. */
export const calls = ref(0)

export function useHost(): Host {
  if (!standing) throw new Error('no host yet')
  return standing
}

export function standOn(host: Host): void {
  standing = host
}

/** Calls a verb; whatever goes wrong comes as {@link Refused}. */
export async function call<V extends Verb>(verb: V, args: Args<V>): Promise<Reply<V>> {
  calls.value += 1
  try {
    return await useHost().call(verb, args)
  } catch (error) {
    throw new Refused(failureOf(error))
  } finally {
    calls.value -= 1
  }
}

/** Inside the app the Tauri host, in a plain browser the bridge. */
export async function findHost(): Promise<Host> {
  if ('__TAURI_INTERNALS__' in window) return (await import('./host.tauri')).tauriHost()
  return (await import('./host.bridge')).bridgeHost()
}
