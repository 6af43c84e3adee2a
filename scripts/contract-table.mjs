/*
 * A vitest reporter: after a run, the contract suite as a table, one row a card, one column a venue and trading mode. A run without
 * contract tests prints nothing.
 */

/** A reporter of vitest is a default export. */
export default class ContractTable {
  onTestRunEnd(testModules) {
    const plays = []
    for (const testModule of testModules) {
      for (const testCase of testModule.children.allTests()) {
        const { contract } = testCase.meta()
        if (contract) plays.push({ ...contract, state: testCase.result().state })
      }
    }
    const table = contractTable(plays)
    if (table !== '') process.stdout.write(`\n${table}\n`)
  }
}

/**
 * The table of what was played: `{card: "C20", title, column: "okx spot", offered, state}`, state in vitest's words. Cards that a run
 * left out show as `-`. Empty when nothing was played.
 */
export function contractTable(plays) {
  const played = plays.filter(({ state }) => state === 'passed' || state === 'failed')
  if (played.length === 0) return ''
  const columns = [...new Set(played.map(({ column }) => column))].sort(byVenue)
  const cards = new Map()
  for (const { card, title, column, offered, state } of played) {
    if (!cards.has(card)) cards.set(card, { card, title, cells: new Map() })
    cards.get(card).cells.set(column, state === 'failed' ? 'FAIL' : offered ? 'ok' : 'n/o')
  }
  const rows = [...cards.values()].sort((a, b) => numberOf(a.card) - numberOf(b.card))
  const counts = { ok: 0, 'n/o': 0, FAIL: 0 }
  for (const { cells } of rows) for (const cell of cells.values()) counts[cell] += 1
  const widest = Math.min(88, Math.max(...rows.map(({ title }) => title.length)))
  const line = (card, title, cells) =>
    `${card.padEnd(5)}${shortened(title, widest).padEnd(widest)}  ${cells.join('  ')}`.trimEnd()
  return [
    line('card', '', columns),
    ...rows.map(({ card, title, cells }) =>
      line(
        card,
        title,
        columns.map((column) => (cells.get(column) ?? '-').padEnd(column.length)),
      ),
    ),
    `contract: ${rows.length} cards × ${columns.length} = ${counts.ok} ok, ${counts['n/o']} not offered, ${counts.FAIL} failed`,
  ].join('\n')
}

const venues = ['binance', 'okx', 'bybit']

/** Binance, OKX, Bybit, then others; spot before futures. */
function byVenue(a, b) {
  const place = (column) => {
    const [venue, mode] = column.split(' ')
    const index = venues.indexOf(venue)
    return (index < 0 ? venues.length : index) * 2 + (mode === 'spot' ? 0 : 1)
  }
  return place(a) - place(b) || a.localeCompare(b)
}

function numberOf(card) {
  return Number(card.slice(1))
}

function shortened(title, width) {
  return title.length <= width ? title : `${title.slice(0, width - 1)}…`
}
