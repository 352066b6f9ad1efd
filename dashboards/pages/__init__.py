"""One module a dashboard; each has a `PAGE`. Modules that begin with `_` are shared by several."""
