// Who is in, and how the screens look. Both belong to the engine; the screens ask it and keep nothing.
import type { Status } from '@bindings/field'
import { applyLocale, type Locale } from '@shared/i18n'
import { applyTheme, type Theme } from '@shared/theme'
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { call } from '../host'

const themes: Record<string, Theme> = { system: 'auto', light: 'light', dark: 'dark', sun: 'sun' }

export const useSession = defineStore('session', () => {
  const status = ref<Status | null>(null)
  const language = ref<Locale>('zh-CN')
  const theme = ref('system')
  const lockAfterMin = ref(5)
  /** Counts up when the engine says that today's lists changed. */
  const todayIsNew = ref(0)
  const open = computed(() => status.value?.state === 'unlocked')

  function wear(look: { language: string; theme: string }): void {
    language.value = look.language === 'en' ? 'en' : 'zh-CN'
    theme.value = look.theme
    applyLocale(language.value)
    applyTheme(themes[look.theme] ?? 'auto')
  }

  async function begin(): Promise<void> {
    wear(await call('look', {}))
    status.value = await call('status', {})
  }

  async function refresh(): Promise<void> {
    status.value = await call('status', {})
  }

  async function unlock(user: string, pin: string): Promise<void> {
    status.value = await call('unlock', { user, pin })
    const settings = await call('settings', {})
    lockAfterMin.value = settings.lock_after_min
    wear(settings)
  }

  async function enrol(text: string, label: string, pin: string): Promise<void> {
    status.value = await call('enrol', { text, label, pin })
  }

  async function enrolAgain(text: string): Promise<void> {
    status.value = await call('enrol_again', { text })
  }

  async function lock(): Promise<void> {
    status.value = await call('lock', {})
  }

  return {
    status,
    language,
    theme,
    lockAfterMin,
    todayIsNew,
    open,
    begin,
    refresh,
    unlock,
    enrol,
    enrolAgain,
    lock,
    wear,
  }
})
