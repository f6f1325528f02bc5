"""Print a few rows that the generated driver in a directory reads from its tests' fake server.

`make example` runs it: python tests/system/show_rows.py example/shopify_extractor
"""

import importlib
import sys
from pathlib import Path


def main(project: Path) -> None:
    """Read a resource as Osiris would: with the project's driver, by a step's config."""
    sys.path[:0] = [str(project), str(project / "tests")]
    tests = importlib.import_module(f"test_{project.name}_driver")
    with tests.FakeApi() as api:
        config = api.config(tests.NAME)
        df = api.driver.run(step_id="show", config=config, inputs=None)["df"]
    name = type(api.driver).__name__
    print(f"\n{name} read {len(df)} rows of {tests.NAME} from the fake server, in pages:\n")
    print(df.iloc[:5, :6].to_string(index=False))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
