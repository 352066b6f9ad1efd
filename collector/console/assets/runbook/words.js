// The words of the page of a runbook.
import { learn } from "../words.js";

learn({
  "runbook.of": ["Cảnh báo {name}", "Alert {name}"],
});
