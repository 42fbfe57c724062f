"""What is said of a network that was judged, part by part, as rows of text and as Markdown."""
