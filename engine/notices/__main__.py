"""`python -P -m engine.notices RUN TITLE`."""

from engine.notices.herald import main

main()
