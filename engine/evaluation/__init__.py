"""How good a network is, how sure that is, and where it fails: numbers of predictions at hand."""
