// The app's own window. The only file that imports @tauri-apps.
import type { Happening, Place } from '@bindings/field'
import { convertFileSrc, invoke } from '@tauri-apps/api/core'
import { listen } from '@tauri-apps/api/event'
import { failureOf, Refused, type Args, type Host, type Reply, type Verb } from './host'

interface Position {
  coords: { latitude: number; longitude: number; accuracy: number }
}

const patience = 4000

/** Asks once; where it is refused, or on a desktop, there is no place and nothing else is lost. */
async function permitted(): Promise<void> {
  const { location } = await invoke<{ location: string }>('plugin:geolocation|check_permissions')
  if (location !== 'granted')
    await invoke('plugin:geolocation|request_permissions', { permissions: ['location'] })
}

async function position(): Promise<Place | null> {
  await permitted()
  const { coords } = await invoke<Position>('plugin:geolocation|get_current_position', {
    options: { enableHighAccuracy: true, timeout: patience, maximumAge: 60_000 },
  })
  // Where there is no receiver (desktop Linux) the plugin answers with zeroes: that is no place.
  if (coords.latitude === 0 && coords.longitude === 0) return null
  return { lat: coords.latitude, lon: coords.longitude, acc_m: coords.accuracy, mock: false }
}

export function tauriHost(): Host {
  return {
    async call<V extends Verb>(verb: V, args: Args<V>): Promise<Reply<V>> {
      try {
        return await invoke<Reply<V>>('call', { verb, args })
      } catch (error) {
        throw new Refused(failureOf(error))
      }
    },
    listen(heard) {
      const stop = listen<Happening>('happening', (event) => {
        heard(event.payload)
      })
      return () =>
        void stop.then((end) => {
          end()
        })
    },
    // convertFileSrc escapes the slash; the scheme's handler unescapes the path.
    photoUrl: (kind, sha256, query) =>
      convertFileSrc(`${kind}/${sha256}`, 'photo') + (query ? `?${query}` : ''),
    place: () =>
      Promise.race([
        position().catch(() => null),
        new Promise<null>((give) =>
          setTimeout(() => {
            give(null)
          }, patience),
        ),
      ]),
  }
}
