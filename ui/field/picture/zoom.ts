// Zoom and pan of one picture, as numbers: scale 1 fits the frame; the centre is in 0..1 of the picture.
export interface View {
  scale: number
  cx: number
  cy: number
}
export interface Size {
  w: number
  h: number
}
export interface Window {
  x: number
  y: number
  w: number
  h: number
}

export const maxScale = 12
export const whole: View = { scale: 1, cx: 0.5, cy: 0.5 }

/** The picture's size on the screen at scale 1. */
export function fitted(picture: Size, frame: Size): Size {
  if (picture.w === 0 || picture.h === 0 || frame.w === 0 || frame.h === 0) return { w: 0, h: 0 }
  const k = Math.min(frame.w / picture.w, frame.h / picture.h)
  return { w: picture.w * k, h: picture.h * k }
}

const between = (low: number, value: number, high: number): number => Math.min(Math.max(value, low), high)

/** Keeps the picture in the frame: no empty side while there is picture to show. */
export function kept(view: View, fit: Size, frame: Size): View {
  const scale = between(1, view.scale, maxScale)
  const half = (frameLength: number, fitLength: number): number =>
    fitLength === 0 ? 0.5 : Math.min(0.5, frameLength / (2 * fitLength * scale))
  const hx = half(frame.w, fit.w)
  const hy = half(frame.h, fit.h)
  return { scale, cx: between(hx, view.cx, 1 - hx), cy: between(hy, view.cy, 1 - hy) }
}

/** Zooms so that the point under the finger stays under the finger; `px`, `py` are pixels from the frame's centre. */
export function zoomed(view: View, factor: number, px: number, py: number, fit: Size, frame: Size): View {
  const scale = between(1, view.scale * factor, maxScale)
  const shift = (p: number, length: number): number =>
    (length === 0 ? 0 : p / length) * (1 / view.scale - 1 / scale)
  return kept({ scale, cx: view.cx + shift(px, fit.w), cy: view.cy + shift(py, fit.h) }, fit, frame)
}

export function panned(view: View, dx: number, dy: number, fit: Size, frame: Size): View {
  const by = (d: number, length: number): number => (length === 0 ? 0 : d / (length * view.scale))
  return kept({ scale: view.scale, cx: view.cx - by(dx, fit.w), cy: view.cy - by(dy, fit.h) }, fit, frame)
}

/** What of the picture is on the screen, in 0..1: the crop to ask for. */
export function visible(view: View, fit: Size, frame: Size): Window {
  const length = (frameLength: number, fitLength: number): number =>
    fitLength === 0 ? 1 : Math.min(1, frameLength / (fitLength * view.scale))
  const w = length(frame.w, fit.w)
  const h = length(frame.h, fit.h)
  return { x: between(0, view.cx - w / 2, 1 - w), y: between(0, view.cy - h / 2, 1 - h), w, h }
}

export const cropQuery = (part: Window, max: number): string =>
  new URLSearchParams({
    x: part.x.toFixed(5),
    y: part.y.toFixed(5),
    w: part.w.toFixed(5),
    h: part.h.toFixed(5),
    max: String(Math.round(max)),
  }).toString()
