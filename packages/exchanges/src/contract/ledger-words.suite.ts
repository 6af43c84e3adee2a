/**
 * What a venue's word for the state of an order may be in ours: a cancel is an expiry or a refusal where the venue says why in another
 * field; the cards say which it must be.
 */
export function statesOf(word: string): readonly string[] {
  const plain = word.toUpperCase().replaceAll('_', '')
  if (plain === 'PARTIALLYFILLEDCANCELED') return ['CANCELED', 'EXPIRED', 'FILLED']
  if (/^(CANCELED|CANCELLED|MMPCANCELED)$/.test(plain)) {
    return word === 'CANCELED' ? ['CANCELED'] : ['CANCELED', 'EXPIRED', 'REJECTED']
  }
  if (plain === 'DEACTIVATED') return ['CANCELED']
  if (isWorking(word)) return ['NEW']
  return [plain === 'PARTIALLYFILLED' ? 'PARTIALLY_FILLED' : plain === 'PENDINGNEW' ? 'UNTRIGGERED' : plain]
}

/** Whether a venue's word says that an order rests untouched. */
export function isWorking(word: string): boolean {
  return ['NEW', 'New', 'live'].includes(word)
}
