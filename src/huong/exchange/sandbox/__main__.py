"""`python -m huong.exchange.sandbox`: the sandbox as a small process of its own, without Django."""

import argparse
import logging
import os
from pathlib import Path

from huong.config import ROOT
from huong.exchange.sandbox.running import Options, run


def arguments(parser: argparse.ArgumentParser) -> None:
    """Name what can be said on the command line."""
    home = Path(os.environ.get("HUONG_HOME", "var"))
    parser.add_argument("--home", type=Path, default=home / "sandbox", help="the sandbox's own folder")
    city = Path(os.environ.get("HUONG_CITY", ROOT / "cities" / "hue"))
    parser.add_argument("--city", type=Path, default=city, help="the city's folder")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8195)
    parser.add_argument("--anywhere", action="store_true", help="allow other addresses than this machine's own")
    parser.add_argument("--slow-seconds", type=float, default=20.0, help="how long the slow person takes")
    parser.add_argument("--strict", action="store_true", help="refuse unsigned requests to the registers")


def options(given: dict[str, object]) -> Options:
    """Return the options of a command line."""
    names = ("home", "city", "host", "port", "anywhere", "slow_seconds", "strict")
    return Options(**{name: given[name] for name in names})  # type: ignore[arg-type]


if __name__ == "__main__":
    logging.basicConfig(level=os.environ.get("HUONG_LOG_LEVEL", "INFO"), format="%(asctime)s %(name)s %(message)s")
    parser = argparse.ArgumentParser(prog="huong sandbox")
    arguments(parser)
    run(options(vars(parser.parse_args())))
