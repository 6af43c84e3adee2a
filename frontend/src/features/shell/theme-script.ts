import { preferencesKey } from '#lib/preferences-key.ts'

/** Runs before the first paint, so that no page flashes in the other theme. The hub allows it by its hash. */
export const themeScript = `(()=>{let t="system";try{t=JSON.parse(localStorage.getItem(${JSON.stringify(preferencesKey)})||"{}").theme||t}catch{}
const d=t==="dark"||t==="system"&&matchMedia("(prefers-color-scheme: dark)").matches;document.documentElement.classList.toggle("dark",d)})()`
