"""What came out of trainings as a page for others: HTML, Markdown, SVG or text."""
