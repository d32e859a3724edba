import '@shared/tokens.css'
import '@shared/base.css'
import './theme/element.css'
import './theme/hq.css'
import './theme/print.css'
import { VueQueryPlugin } from '@tanstack/vue-query'
import { createPinia } from 'pinia'
import { createApp, watch } from 'vue'
import App from './App.vue'
import { makeQueryClient } from './api/queries'
import { i18n } from './i18n'
import { makeRouter, toSignIn } from './router'
import { useTaste } from './session/taste'

const app = createApp(App)
const router = makeRouter()
app.use(createPinia())
app.use(i18n)
app.use(VueQueryPlugin, { queryClient: makeQueryClient(() => void toSignIn(router)) })
app.use(router)

const taste = useTaste()
watch(
  () => taste.locale,
  (locale) => {
    i18n.global.locale.value = locale
  },
  { immediate: true },
)

app.mount('#app')
