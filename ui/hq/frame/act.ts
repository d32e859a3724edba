// Something a person set off: one at a time, and a refusal is said in words where it was set off.
import type { Locale } from '@shared/i18n'
import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { asProblem } from '../api/problem'
import { ElMessage } from '../element'
import { problemText } from '../words/problems'

export function useAct() {
  const { locale } = useI18n()
  const busy = ref(false)
  const refusal = ref('')

  /** Runs `act`; true when it went through. `done` is said briefly. */
  async function run(act: () => Promise<unknown>, done?: string): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    refusal.value = ''
    try {
      await act()
      if (done) ElMessage({ message: done, type: 'success', plain: true })
      return true
    } catch (error) {
      refusal.value = problemText(asProblem(error), locale.value as Locale)
      return false
    } finally {
      busy.value = false
    }
  }

  return { busy, refusal, run }
}
