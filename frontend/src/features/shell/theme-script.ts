import { preferencesKey } from '#lib/preferences-key.ts'

/** Runs before the first paint, so that a dark page never flashes white. The hub allows it by its hash. */
export const themeScript = `(()=>{let t="dark";try{t=JSON.parse(localStorage.getItem(${JSON.stringify(preferencesKey)})||"{}").theme||t}catch{}
const d=t==="dark"||t==="system"&&matchMedia("(prefers-color-scheme: dark)").matches;document.documentElement.classList.toggle("dark",d)})()`
