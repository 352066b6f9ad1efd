"""The JSON Schema of inventory files, for editors; kept in `inventory/schema.json`.

It knows every key of the inventory, not the settings of each probe: `hatang check` does.
`python -m inventory.schema` prints it.
"""

import json
import sys
from typing import Any

from inventory.document import Document


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of one inventory file."""
    made = _untitled(Document.model_json_schema(mode="validation"))
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Hatang inventory",
        "description": "One inventory file, or one that is included (docs/inventory.md)",
    }
    return {**head, **{k: v for k, v in made.items() if k != "description"}}


def _untitled(value: Any) -> Any:
    """Without the titles that only repeat the keys."""
    if isinstance(value, dict):
        return {k: _untitled(v) for k, v in value.items() if k != "title" or isinstance(v, dict)}
    return [_untitled(one) for one in value] if isinstance(value, list) else value


def written() -> str:
    """The schema as it stands in the file."""
    return json.dumps(schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(written())
