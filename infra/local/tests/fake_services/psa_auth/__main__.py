"""Run it."""

from fake_process import main

main()
