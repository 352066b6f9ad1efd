// Asks now, then every so many milliseconds and when its reader comes back; not while nobody looks.
export function often(ask, every) {
  const look = () => document.hidden || ask();
  look();
  setInterval(look, every);
  document.addEventListener("visibilitychange", look);
}
