/** Set while a login of this browser may still hold. It says nothing but that: the session itself is a cookie out of reach. */
const markName = 'tradercoin-signed-in'

/** False when nobody has logged in here, or has logged out; a browser without storage may have a session all the same. */
export function mayHaveSession(): boolean {
  try {
    return localStorage.getItem(markName) !== null
  } catch {
    return true
  }
}

export function markLogin(isIn: boolean): void {
  try {
    if (isIn) localStorage.setItem(markName, '1')
    else localStorage.removeItem(markName)
  } catch {
    // Without storage the hub is asked at every load.
  }
}
