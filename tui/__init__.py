"""Everything that draws text: the headless report, the command line, the app."""
