// Whether there is room for a list and its detail side by side.
import { onScopeDispose, readonly, ref, type Ref } from 'vue'

export function useWide(): Readonly<Ref<boolean>> {
  const query = window.matchMedia('(min-width: 768px)')
  const wide = ref(query.matches)
  const follow = (): void => {
    wide.value = query.matches
  }
  query.addEventListener('change', follow)
  onScopeDispose(() => {
    query.removeEventListener('change', follow)
  })
  return readonly(wide)
}

export const calm = (): boolean => window.matchMedia('(prefers-reduced-motion: reduce)').matches
