// The way back of what is looked up: to where it was opened from, and to nowhere outside.
import { useRoute, useRouter, type LocationQueryValue, type RouteLocationRaw } from 'vue-router'

const inside = (to: LocationQueryValue | LocationQueryValue[] | undefined): to is string =>
  typeof to === 'string' && /^\/(?!\/)/.test(to)

export function useBack(otherwise: RouteLocationRaw): { back: () => void; from: () => string | undefined } {
  const route = useRoute()
  const router = useRouter()
  const from = (): string | undefined => {
    const to = route.query['back']
    return inside(to) ? to : undefined
  }
  return { from, back: () => void router.replace(from() ?? otherwise) }
}
