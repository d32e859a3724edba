// Where a picture stands on its stage: `scale` times its own pixels, its corner at (x, y).
export interface View {
  scale: number
  x: number
  y: number
}

const most = 8

/** The largest scale at which all of it is seen; never larger than its own pixels. */
export function fitScale(boxWidth: number, boxHeight: number, width: number, height: number): number {
  return Math.min(1, boxWidth / width, boxHeight / height)
}

/** One step of a quarter larger or smaller, between half of what fits and eightfold. */
export function nextScale(scale: number, fit: number, by: 1 | -1): number {
  return Math.min(most, Math.max(fit / 2, by === 1 ? scale * 1.25 : scale / 1.25))
}

/** The point under the pointer stays under the pointer. */
export function zoomAt(view: View, scale: number, at: { x: number; y: number }): View {
  const ratio = scale / view.scale
  return { scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio }
}
