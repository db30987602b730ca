"""Loaded by pytest before anything reads the settings: every test process has a home of its own."""

import atexit
import os
import shutil
import tempfile

_home = tempfile.mkdtemp(prefix="huong-tests-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["HUONG_HOME"] = _home
os.mkdir(os.path.join(_home, "static"))
os.environ["HUONG_SQLITE_SYNCHRONOUS"] = "NORMAL"
os.environ["HUONG_DEMO"] = "0"
