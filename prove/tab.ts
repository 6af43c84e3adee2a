import WebSocket from 'ws'

export interface Frame {
  type: string
  seq?: number
  data: Record<string, unknown>
}

/**
 * A tab that keeps its own record of what it was sent, byte for byte, and comes back where it stopped. It trusts nothing: no
 * client library stands between it and the hub.
 */
export class Tab {
  readonly userId: number
  readonly name: string
  /** Everything with a `seq`, in the order it came. */
  readonly events: Frame[] = []
  /** What went wrong, as sentences. */
  readonly faults: string[] = []
  reconnects = 0
  slowSpells = 0
  #base: string
  #token: () => Promise<string>
  #socket: WebSocket | null = null
  #epoch = ''
  #seq = 0
  #firstSeq: number | null = null
  #isEnding = false

  constructor(base: string, name: string, userId: number, token: () => Promise<string>) {
    this.#base = base
    this.name = name
    this.userId = userId
    this.#token = token
  }

  /** The last event it got. */
  get seq(): number {
    return this.#seq
  }

  /** Connects, and again whenever the line is lost, until `end`. */
  async run(): Promise<void> {
    while (!this.#isEnding) {
      await this.#connectOnce().catch(() => {
        // The hub is down: that is what is being tried.
      })
      this.reconnects += 1
      if (!this.#isEnding) await new Promise((wake) => setTimeout(wake, 100))
    }
  }

  /** Stops reading for a while, as a laptop that sleeps or a page that hangs. */
  dawdle(ms: number): void {
    const socket = this.#socket
    if (socket?.readyState !== WebSocket.OPEN) return
    this.slowSpells += 1
    socket.pause()
    setTimeout(() => socket.resume(), ms)
  }

  /** Hangs up without a word; it comes back by itself. */
  drop(): void {
    this.#socket?.terminate()
  }

  end(): void {
    this.#isEnding = true
    this.#socket?.terminate()
  }

  async #connectOnce(): Promise<void> {
    const token = await this.#token()
    const socket = new WebSocket(`${this.#base.replace('http', 'ws')}/api/v1/trading/ws?session_id=${this.name}`)
    this.#socket = socket
    const resume = this.#firstSeq === null ? undefined : { epoch: this.#epoch, seq: this.#seq }
    socket.on('open', () => socket.send(JSON.stringify({ type: 'auth', data: { token, resume } })))
    socket.on('message', (text) => this.#take(JSON.parse(text.toString()) as Frame, resume !== undefined))
    const code = await new Promise<number>((resolve) => {
      socket.on('error', () => {})
      socket.on('close', resolve)
    })
    if (code >= 4500 && !this.#isEnding) this.faults.push(`closed with ${code}`)
  }

  #take(frame: Frame, asked: boolean): void {
    const { type, seq, data } = frame
    if (type === 'ready') {
      if (data.user_id !== this.userId) this.faults.push(`ready for user ${data.user_id}`)
      if (asked && data.recovered !== true) this.faults.push(`not recovered from ${this.#seq} of ${data.seq}`)
      if (asked && data.epoch !== this.#epoch) this.faults.push('another epoch')
      this.#epoch = String(data.epoch)
    }
    if (type === 'snapshot' && this.#firstSeq === null) {
      this.#seq = Number(data.seq) // not money: a seq
      this.#firstSeq = this.#seq
    }
    if (data?.user_id !== undefined && data.user_id !== this.userId)
      this.faults.push(`a ${type} of user ${data.user_id}`)
    if (seq === undefined) return
    if (seq !== this.#seq + 1) this.faults.push(`${type} ${seq} after ${this.#seq}`)
    this.#seq = seq
    this.events.push(frame)
  }
}
