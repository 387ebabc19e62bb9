"""Which dotted names there are in the `mlflow` that this Python imports: a list comes in, an object goes out, as JSON.

Of each name true or false; null where a library that is not installed keeps one from knowing.
"""

from __future__ import annotations

import importlib
import json
import sys
import warnings


def is_there(name: str) -> bool | None:
    """Whether a name is a module, or an attribute of one."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:cut]))
            for part in parts[cut:]:
                found = getattr(found, part)
            return True
        except AttributeError:
            return False
        except ModuleNotFoundError as error:
            if not error.name or error.name.partition(".")[0] != "mlflow":
                return None  # another library's
        except ImportError:
            return None
    return False


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    json.dump({name: is_there(name) for name in json.load(sys.stdin)}, sys.stdout)
