"""What the words of a question say of outlets, times and parts; `index.query` puts it together."""
