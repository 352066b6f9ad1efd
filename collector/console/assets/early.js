// Before the first paint: the theme and language that this browser chose last. And the first look is
// asked for while the modules still load, where the page says that its reader is known.
(function () {
  var root = document.documentElement;
  var kept = {};
  try { kept = JSON.parse(localStorage.getItem("hatang") || "{}"); } catch (refused) { kept = {}; }
  var light = matchMedia("(prefers-color-scheme: light)").matches;
  root.dataset.theme = kept.theme === "dark" || kept.theme === "light" ? kept.theme : light ? "light" : "dark";
  if (kept.language === "vi" || kept.language === "en") {
    root.dataset.language = root.lang = kept.language;
  }
  root.dataset.ask = root.dataset.ask.replace("{path}", location.pathname);
  if (root.dataset.known && root.dataset.ask) {
    window.early = fetch(root.dataset.ask + "?language=" + root.dataset.language);
    window.early.catch(function () {});
  }
})();
