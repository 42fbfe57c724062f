"""What a person reads at the end of the tests."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]


def test_the_last_lines_say_how_to_run_what_needs_mnist(pytester: pytest.Pytester) -> None:
    """Where a test was skipped for want of it, and only there."""
    pytester.makeconftest("from tests.conftest import pytest_terminal_summary")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.skip(reason="needs MNIST in the folder that PERCEPTUI_DATA_DIR names")
        def test_needs_it(): ...

        def test_needs_nothing(): ...
        """
    )
    lines = pytester.runpytest_inprocess("-p", "no:cacheprovider").stdout
    lines.fnmatch_lines(["1 tests need real MNIST*", "*1 passed, 1 skipped*"])
    without = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-k", "nothing").stdout
    without.no_fnmatch_line("*need real MNIST*")
