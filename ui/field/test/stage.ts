// Puts a real screen on the paper engine, as a person would have it in the hand.
import { makeI18n } from '@shared/i18n'
import { DOMWrapper, flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { nextTick } from 'vue'
import App from '../App.vue'
import { PaperEngine } from '../dev/engine'
import { standOn } from '../host'
import { makeRouter } from '../router'
import { useInspection } from '../state/inspection'
import { useSession } from '../state/session'
import en from '../words/en'
import zh from '../words/zh-CN'

export interface Stage {
  engine: PaperEngine
  page: VueWrapper
  /** What carries this test id, anywhere on the page. */
  at: (testid: string) => DOMWrapper<Element>
  all: (selector: string) => Element[]
  tap: (testid: string) => Promise<void>
  type: (testid: string, text: string) => Promise<void>
  /** Sends the form that a button belongs to, inside it or not. */
  submit: (testid: string) => Promise<void>
  /** Arguments of every call of a verb, in order. */
  asked: (verb: string) => Record<string, unknown>[]
  close: () => void
}

const screens = import.meta.glob('../screens/*.vue')
/** A phone, unless a test says otherwise. */
function hold(width: number): void {
  const { happyDOM } = window as unknown as {
    happyDOM: { setViewport(size: { width: number; height: number }): void }
  }
  happyDOM.setViewport({ width, height: 915 })
}

export const inspectionId = 'i-test'

export async function raise(
  path: string,
  prepare: (engine: PaperEngine) => void = () => undefined,
): Promise<Stage> {
  hold(412)
  // Pages come lazily; here they are all at hand, so that a turn of the loop is enough.
  await Promise.all(Object.values(screens).map((load) => load()))
  const engine = new PaperEngine()
  engine.start(inspectionId)
  prepare(engine)
  standOn(engine)
  const pinia = createPinia()
  setActivePinia(pinia)
  const router = makeRouter()
  const i18n = makeI18n({ 'zh-CN': zh, en }, 'zh-CN')
  const stop = engine.listen((h) => {
    if (h.event === 'changed') void useInspection().take(h.delta)
  })
  await useSession().begin()
  await router.push(path)
  const page = mount(App, { global: { plugins: [pinia, router, i18n] }, attachTo: document.body })
  await settle()
  const body = (): HTMLElement => document.body
  const find = (testid: string): DOMWrapper<Element> => {
    const found = body().querySelectorAll(`[data-testid="${testid}"]`)
    const last = found[found.length - 1]
    if (!last) throw new Error(`nothing on the page is called ${testid}`)
    return new DOMWrapper(last)
  }
  return {
    engine,
    page,
    at: find,
    all: (selector) => [...body().querySelectorAll(selector)],
    tap: async (testid) => {
      await find(testid).trigger('click')
      await settle()
    },
    type: async (testid, text) => {
      await find(testid).setValue(text)
      await find(testid).trigger('blur')
      await settle()
    },
    submit: async (testid) => {
      const button = find(testid).element
      const form = document.getElementById(button.getAttribute('form') ?? '') ?? button.closest('form')
      if (!form) throw new Error(`${testid} belongs to no form`)
      await new DOMWrapper(form).trigger('submit')
      await settle()
    },
    asked: (verb) =>
      engine.asked.filter((a) => a.verb === verb).map((a) => a.args as Record<string, unknown>),
    close: () => {
      stop()
      page.unmount()
      document.body.innerHTML = ''
    },
  }
}

/** Until everything that was under way has arrived: lazy pages come through several turns. */
export async function settle(): Promise<void> {
  for (let n = 0; n < 6; n += 1) {
    await flushPromises()
    await nextTick()
  }
}
