// Puts the screens on a host. The real page and the workbench (dev/) begin here.
import '@shared/tokens.css'
import '@shared/base.css'
// Popup and overlay only: the kit's icon font stays out.
import 'vant/es/style/base.css'
import 'vant/es/overlay/index.css'
import 'vant/es/popup/index.css'
import './field.css'
import { makeI18n } from '@shared/i18n'
import { createPinia } from 'pinia'
import { createApp, watch } from 'vue'
import App from './App.vue'
import { failureOf, standOn, type Host } from './host'
import { makeRouter } from './router'
import Shut from './screens/Shut.vue'
import { useInspection } from './state/inspection'
import { watchNetwork } from './state/network'
import { useSession } from './state/session'
import { useSync } from './state/sync'
import en from './words/en'
import zh from './words/zh-CN'

export async function boot(host: Host): Promise<void> {
  standOn(host)
  const app = createApp(App)
  app.use(createPinia())
  const i18n = makeI18n({ 'zh-CN': zh, en }, 'zh-CN')
  app.use(i18n)
  const session = useSession()
  const inspection = useInspection()
  watch(
    () => session.language,
    (language) => {
      i18n.global.locale.value = language
      inspection.language = language
    },
  )
  const router = makeRouter()
  host.listen((happening) => {
    if (happening.event === 'changed') void inspection.take(happening.delta)
    if (happening.event === 'sync') useSync().hear(happening.sync)
    if (happening.event === 'locked') void session.refresh()
    if (happening.event === 'today') session.todayIsNew += 1
  })
  watchNetwork((network) => void useSync().onNetwork(network))
  try {
    await session.begin()
  } catch (error) {
    // No engine behind the window (another one holds the data, the key file is damaged): it says so instead of staying white.
    createApp(Shut, { failure: failureOf(error) })
      .use(i18n)
      .mount('#app')
    return
  }
  app.use(router)
  await router.isReady()
  app.mount('#app')
}
