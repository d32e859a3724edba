// Fingers, wheel and keys on a picture, turned into a view of it.
import { computed, onBeforeUnmount, onMounted, reactive, ref, type ComputedRef, type Ref } from 'vue'
import { fitted, panned, whole, zoomed, type Size, type View } from './zoom'

interface At {
  clientX: number
  clientY: number
}
export interface Gestures {
  view: Ref<View>
  frame: Size
  natural: Size
  fit: ComputedRef<Size>
  zoom: (factor: number, at?: At) => void
  on: Record<
    'wheel' | 'pointerdown' | 'pointermove' | 'pointerup' | 'pointercancel' | 'dblclick' | 'keydown',
    (e: never) => void
  >
}

const steps: Record<string, [number, number]> = {
  ArrowLeft: [60, 0],
  ArrowRight: [-60, 0],
  ArrowUp: [0, 60],
  ArrowDown: [0, -60],
}

export function useGestures(box: Ref<HTMLElement | undefined>): Gestures {
  const view = ref<View>(whole)
  const frame = reactive<Size>({ w: 0, h: 0 })
  const natural = reactive<Size>({ w: 0, h: 0 })
  const fit = computed(() => fitted(natural, frame))
  const fingers = new Map<number, { x: number; y: number }>()

  function fromCentre(at: At): [number, number] {
    const r = box.value?.getBoundingClientRect()
    return r ? [at.clientX - r.x - r.width / 2, at.clientY - r.y - r.height / 2] : [0, 0]
  }
  function zoom(factor: number, at?: At): void {
    const [x, y] = at ? fromCentre(at) : [0, 0]
    view.value = zoomed(view.value, factor, x, y, fit.value, frame)
  }
  function pan(dx: number, dy: number): void {
    view.value = panned(view.value, dx, dy, fit.value, frame)
  }
  function down(event: PointerEvent): void {
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY })
    box.value?.setPointerCapture(event.pointerId)
  }
  function move(event: PointerEvent): void {
    const was = fingers.get(event.pointerId)
    if (!was) return
    const now = { x: event.clientX, y: event.clientY }
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1]
    fingers.set(event.pointerId, now)
    if (other) {
      const span = (p: { x: number; y: number }): number => Math.hypot(p.x - other.x, p.y - other.y)
      if (span(was) > 0) {
        zoom(span(now) / span(was), { clientX: (now.x + other.x) / 2, clientY: (now.y + other.y) / 2 })
      }
    }
    // With two fingers each moves the middle by half.
    const share = other ? 0.5 : 1
    pan((now.x - was.x) * share, (now.y - was.y) * share)
  }
  function up(event: PointerEvent): void {
    fingers.delete(event.pointerId)
  }
  function wheel(event: WheelEvent): void {
    event.preventDefault()
    zoom(Math.exp(-event.deltaY / 300), event)
  }
  function twice(event: MouseEvent): void {
    if (view.value.scale > 1) view.value = whole
    else zoom(3, event)
  }
  function key(event: KeyboardEvent): void {
    const step = steps[event.key]
    if (step) pan(...step)
    else if (event.key === '+' || event.key === '=') zoom(1.6)
    else if (event.key === '-') zoom(1 / 1.6)
    else if (event.key === '0') view.value = whole
    else return
    event.preventDefault()
  }

  const watcher = new ResizeObserver(([entry]) => {
    if (entry) Object.assign(frame, { w: entry.contentRect.width, h: entry.contentRect.height })
  })
  onMounted(() => {
    if (box.value) watcher.observe(box.value)
  })
  onBeforeUnmount(() => {
    watcher.disconnect()
  })
  const on = {
    wheel,
    pointerdown: down,
    pointermove: move,
    pointerup: up,
    pointercancel: up,
    dblclick: twice,
    keydown: key,
  }
  return { view, frame, natural, fit, zoom, on }
}
