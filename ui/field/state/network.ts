// How the phone is connected, as far as its WebView tells: Android's does (Network Information API, W3C draft), those of iOS and
// of desktops do not, and then it is unknown. Said to the engine at the start and whenever it changes.
import type { Network } from '@bindings/field'

interface Connection extends EventTarget {
  readonly type?: string
}
type Told = Pick<Navigator, 'onLine'> & { readonly connection?: Connection }

const costs = ['cellular', 'bluetooth', 'wimax']
const free = ['wifi', 'ethernet']

export function networkOf(told: Told): Network {
  const type = told.connection?.type
  if (type === 'none' || !told.onLine) return 'none'
  if (type !== undefined && costs.includes(type)) return 'metered'
  return type !== undefined && free.includes(type) ? 'unmetered' : 'unknown'
}

/** Tells now and at every change of the kind; gives back the way to stop. */
export function watchNetwork(tell: (network: Network) => void, told: Told = navigator): () => void {
  let last: Network | undefined
  const look = (): void => {
    const now = networkOf(told)
    // The event also comes when only the speed is estimated anew.
    if (now === last) return
    last = now
    tell(now)
  }
  look()
  told.connection?.addEventListener('change', look)
  window.addEventListener('online', look)
  window.addEventListener('offline', look)
  return () => {
    told.connection?.removeEventListener('change', look)
    window.removeEventListener('online', look)
    window.removeEventListener('offline', look)
  }
}
