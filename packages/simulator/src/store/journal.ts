import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { toJson } from '../http/json.ts'

/** One kind of record: how to take it back at start, and how to write all of them again for a compact file. */
export interface RecordKind {
  restore(value: unknown): void
  dump(): Iterable<unknown>
}

/** The file is rewritten when it has grown beyond this and beyond twice what the last rewriting left. */
const COMPACT_AT = 32 * 1024 * 1024

/**
 * Everything that must survive a restart, as an append-only file. One action is one line: it is written with one
 * system call before anybody is told of the action, so a killed process has written all that it sent. At start the
 * file is read back and rewritten compactly; a last line cut short is ignored.
 */
export class Journal {
  readonly #kinds = new Map<string, RecordKind>()
  readonly #path: string | null
  #file: number | null = null
  #pending: [string, unknown][] = []
  #size = 0
  #compactAt = COMPACT_AT

  /** Without a directory nothing is written and everything else works the same. */
  constructor(directory: string | undefined) {
    if (directory === undefined) {
      this.#path = null
      return
    }
    mkdirSync(directory, { recursive: true })
    this.#path = join(directory, 'journal.jsonl')
  }

  get enabled(): boolean {
    return this.#path !== null
  }

  kind(name: string, kind: RecordKind): void {
    this.#kinds.set(name, kind)
  }

  /** Reads the file back, then starts a fresh compact one. Returns whether there was anything. */
  open(): boolean {
    if (this.#path === null) return false
    const found = existsSync(this.#path) && statSync(this.#path).size > 0
    if (found) this.#replay(readFileSync(this.#path))
    return found
  }

  /** Rewrites the file so that it holds each record once, and goes on appending to it. */
  compact(): void {
    if (this.#path === null) return
    const temporary = `${this.#path}.tmp`
    const file = openSync(temporary, 'w', 0o600)
    let size = 0
    let lines: string[] = []
    const flush = () => {
      if (lines.length === 0) return
      size += writeSync(file, `${lines.join('\n')}\n`)
      lines = []
    }
    for (const [name, kind] of this.#kinds) {
      for (const value of kind.dump()) {
        lines.push(toJson([[name, value]]))
        if (lines.length >= 1000) flush()
      }
    }
    flush()
    if (this.#file !== null) closeSync(this.#file)
    renameSync(temporary, this.#path)
    this.#file = file
    this.#size = size
    this.#compactAt = Math.max(COMPACT_AT, size * 2)
  }

  add(kind: string, value: unknown): void {
    if (this.#path !== null) this.#pending.push([kind, value])
  }

  /** Writes what was added since the last commit, as one line. */
  commit(): void {
    if (this.#file === null || this.#pending.length === 0) return
    const line = `${toJson(this.#pending)}\n`
    this.#pending = []
    this.#size += writeSync(this.#file, line)
    if (this.#size > this.#compactAt) this.compact()
  }

  close(): void {
    this.commit()
    if (this.#file !== null) closeSync(this.#file)
    this.#file = null
  }

  #replay(data: Buffer): void {
    let start = 0
    while (start < data.length) {
      const end = data.indexOf(10, start)
      if (end < 0) return
      for (const [name, value] of JSON.parse(data.toString('utf8', start, end)) as [string, unknown][]) {
        this.#kinds.get(name)?.restore(value)
      }
      start = end + 1
    }
  }
}
