import { describe, expect, it } from 'vitest'
import { createFrameQueue, type Schedule } from './frame-queue.ts'

/** A schedule whose frames the test draws itself. */
function handDrawn() {
  const frames = new Set<() => void>()
  const schedule: Schedule = (run) => {
    frames.add(run)
    return () => frames.delete(run)
  }
  const draw = () => {
    for (const run of [...frames]) run()
  }
  return { schedule, frames, draw }
}

describe('frame queue', () => {
  it('hands over what arrived between two frames once, in order', () => {
    const { schedule, frames, draw } = handDrawn()
    const batches: number[][] = []
    const queue = createFrameQueue<number>((items) => batches.push(items), schedule)
    for (let item = 1; item <= 500; item++) queue.push(item)
    expect(frames.size).toBe(1)
    expect(batches).toEqual([])
    draw()
    expect(batches).toEqual([Array.from({ length: 500 }, (_, index) => index + 1)])
    expect(frames.size).toBe(0)
    draw()
    expect(batches).toHaveLength(1)
  })

  it('keeps what arrives while a batch is applied for the next frame', () => {
    const { schedule, draw } = handDrawn()
    const batches: number[][] = []
    const queue = createFrameQueue<number>((items) => {
      batches.push(items)
      if (items[0] === 1) queue.push(2)
    }, schedule)
    queue.push(1)
    draw()
    expect(batches).toEqual([[1]])
    draw()
    expect(batches).toEqual([[1], [2]])
  })

  it('forgets what waits when cleared', () => {
    const { schedule, frames, draw } = handDrawn()
    const batches: number[][] = []
    const queue = createFrameQueue<number>((items) => batches.push(items), schedule)
    queue.push(1)
    queue.clear()
    expect(frames.size).toBe(0)
    queue.push(2)
    draw()
    expect(batches).toEqual([[2]])
  })
})
