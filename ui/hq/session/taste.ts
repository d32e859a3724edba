// Language and theme of this browser: a taste, the only thing kept in its storage.
import { applyLocale, locales, type Locale } from '@shared/i18n'
import { applyTheme, type Theme } from '@shared/theme'
import { defineStore } from 'pinia'
import { ref, watch } from 'vue'

const themes = ['auto', 'light', 'dark', 'sun'] as const

function kept<V extends string>(key: string, allowed: readonly V[], fallback: V): V {
  const value = localStorage.getItem(`xuncha.${key}`)
  return allowed.find((a) => a === value) ?? fallback
}

export const useTaste = defineStore('taste', () => {
  const locale = ref<Locale>(kept('locale', locales, 'zh-CN'))
  const theme = ref<Theme>(kept('theme', themes, 'auto'))

  watch(
    locale,
    (value) => {
      applyLocale(value)
      localStorage.setItem('xuncha.locale', value)
    },
    { immediate: true },
  )
  watch(
    theme,
    (value) => {
      applyTheme(value)
      localStorage.setItem('xuncha.theme', value)
    },
    { immediate: true },
  )

  return { locale, theme }
})

export { themes }
