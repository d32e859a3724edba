// The theme is a property of the root element; `auto` follows the system for as long as it is chosen.
export type Theme = 'auto' | 'light' | 'dark' | 'sun'

const dark = '(prefers-color-scheme: dark)'
let stopFollowing: (() => void) | undefined

function paint(theme: Exclude<Theme, 'auto'>): void {
  document.documentElement.dataset['theme'] = theme
}

export function applyTheme(theme: Theme): void {
  stopFollowing?.()
  stopFollowing = undefined
  if (theme !== 'auto') {
    paint(theme)
    return
  }
  const query = window.matchMedia(dark)
  const follow = (): void => {
    paint(query.matches ? 'dark' : 'light')
  }
  follow()
  query.addEventListener('change', follow)
  stopFollowing = () => {
    query.removeEventListener('change', follow)
  }
}
