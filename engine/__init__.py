"""Describe, train, record and restore small neural networks; knows no screen."""
