// A signature as strokes of points: drawn, undone, and given out as a PNG on white whatever the theme.
export interface Point {
  x: number
  y: number
}
export type Stroke = Point[]

/** Enough ink to be somebody's name: a tap or a dot is not. */
export function isSignature(strokes: readonly Stroke[]): boolean {
  return strokes.reduce((n, s) => n + s.length, 0) >= 8
}

export function draw(
  pen: CanvasRenderingContext2D,
  strokes: readonly Stroke[],
  width: number,
  height: number,
): void {
  pen.fillStyle = '#ffffff'
  pen.fillRect(0, 0, width, height)
  pen.strokeStyle = '#14202b'
  pen.lineWidth = 3
  pen.lineCap = 'round'
  pen.lineJoin = 'round'
  for (const stroke of strokes) {
    const [first, ...others] = stroke
    if (!first) continue
    pen.beginPath()
    pen.moveTo(first.x, first.y)
    // Through the middles of the segments: fewer corners than the points have.
    others.forEach((p, n) => {
      const next = others[n + 1]
      if (next) pen.quadraticCurveTo(p.x, p.y, (p.x + next.x) / 2, (p.y + next.y) / 2)
      else pen.lineTo(p.x, p.y)
    })
    pen.stroke()
  }
}

export const pngOf = (canvas: HTMLCanvasElement): string =>
  canvas.toDataURL('image/png').replace(/^data:[^,]*,/, '')
