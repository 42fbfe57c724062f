"""Tests of the step that is taken apart."""
