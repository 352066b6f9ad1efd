"""What is worth looking at: Grafana dashboards as code, built to `json/vi` and `json/en`.

A page is a module of `pages` with a `PAGE`. It is written in three small vocabularies:

- `query`: PromQL over the catalogue. `latest`, `rate`, `bits`, `series` name a metric and labels,
  and raise `UnknownError` on what the catalogue does not know; `facts` and `told` join an info,
  always on `== 1`; `total`, `count`, `share`, `top`, `left`, `since` put together. An `Expr` knows
  its unit. Province-wide traffic comes from `rules/province.yaml` (names with a colon).
- `page`: `Page`, `Row`, `Panel` (stat, series, table, timeline, map, bars), `Column`, `Variable`,
  `Annotation`; `asks`, `column` and `limits` make the small ones. A panel's number is its own for
  ever; a row's panels fill 24 columns.
- `words`: `Text` in both languages, names and colours of states, Grafana's units.

`render`, `plugins` and `fields` are the house style, and alone need Grafana's SDK.
`make dashboards` builds; `soundness` reads what was built (`hatang check`, tests); `publish` hands
it to a Grafana.
"""
