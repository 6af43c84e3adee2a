import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls'

const contexts = new Map<string | null, SecureContext>()

/** One TLS context per extra certificate authority: thousands of sockets share it instead of holding 100 KB each. */
export function secureContextFor(ca: string | null): SecureContext {
  let context = contexts.get(ca)
  if (!context) {
    context = ca === null ? createSecureContext() : createSecureContext({ ca: [...rootCertificates, ca] })
    contexts.set(ca, context)
  }
  return context
}
