const samples = [
  'changeme',
  'change-me',
  'secret',
  'password',
  'example',
  'your-',
  'test',
  'sample',
  'default',
  'placeholder',
]

/**
 * In production both secrets must be given. Returns a sentence naming the variable that is wrong, never its value, or null.
 * The hub checks the same again; here it stops the start before anything is installed or opened.
 */
export function productionSecretsProblem(env) {
  if (env.NODE_ENV !== 'production') return null
  for (const name of ['JWT_SECRET', 'ENCRYPTION_KEY']) {
    const value = env[name] ?? ''
    if (value === '') return `${name} must be set when NODE_ENV=production. Make one with: openssl rand -base64 48`
    if (Buffer.byteLength(value) < 32)
      return `${name} must be at least 32 bytes long. Make one with: openssl rand -base64 48`
    if (isSample(value)) return `${name} looks like a sample value. Make one with: openssl rand -base64 48`
  }
  if (env.JWT_SECRET === env.ENCRYPTION_KEY) return 'JWT_SECRET and ENCRYPTION_KEY must not be equal.'
  return null
}

function isSample(value) {
  const plain = value.toLowerCase()
  return new Set(plain).size < 8 || samples.some((word) => plain.includes(word))
}
