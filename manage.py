#!/usr/bin/env python
"""The same as `huong`, for those who look for it here."""

from huong.main.cli import main

if __name__ == "__main__":
    main()
