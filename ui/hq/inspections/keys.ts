// j and k walk over the links of the rows, so that Enter, a screen reader and the mouse all mean the same thing.
import { onBeforeUnmount, onMounted, type Ref } from 'vue'

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null
  )
}

export function useRowKeys(table: Ref<HTMLElement | null>, onEnd: () => void): void {
  function walk(by: 1 | -1): void {
    const links = [...(table.value?.querySelectorAll<HTMLElement>('[data-row-link]') ?? [])]
    const now = links.findIndex((link) => link === document.activeElement)
    const next = now === -1 ? (by === 1 ? 0 : links.length - 1) : now + by
    if (next >= links.length) onEnd()
    const link = links[next]
    link?.focus()
    link?.closest('tr')?.scrollIntoView({ block: 'nearest' })
  }

  function pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    if (event.key === 'j') walk(1)
    else if (event.key === 'k') walk(-1)
    else if (event.key === '/') document.getElementById('search')?.focus()
    else return
    event.preventDefault()
  }

  onMounted(() => {
    document.addEventListener('keydown', pressed)
  })
  onBeforeUnmount(() => {
    document.removeEventListener('keydown', pressed)
  })
}
